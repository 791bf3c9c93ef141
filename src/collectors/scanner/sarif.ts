/**
 * SARIF 2.1.0 (OASIS). Any tool may write it, so only findings about secrets count: by the tool's name, or by the rule's tags.
 * The secret itself is known only where a tool is known to put it into the snippet; elsewhere a snippet is a line of code.
 */
import type { ReportingDescriptor, Result, Run } from 'sarif';
import { z } from 'zod';
import { eventTime } from '../files/event-time.ts';
import { shaped } from '../files/shape.ts';
import type { Found, Place, ReportFormat } from './format.ts';
import { shownByGitleaks } from './gitleaks-mask.ts';
import { githubRepositoryIn, type Leak } from './leak.ts';

const SECRET_SCANNERS = /gitleaks|trufflehog|detect-secrets|ggshield|gitguardian|kingfisher|nosey ?parker|betterleaks|secret/i;
/** CWE-259, 321, 522, 798: passwords and keys written into code. */
const SECRET_TAGS = /secret|credential|cwe-0*(?:259|321|522|798)\b/i;
const PUTS_SECRET_INTO_SNIPPET = /gitleaks|betterleaks/i;

const list = z.array(z.unknown()).nullish();
const sarifRun = z.object({
  tool: z.object({
    driver: z.object({ name: z.string(), rules: list }),
    /** Where the rules of packs and plug-ins are. */
    extensions: z.array(z.object({ rules: list })).nullish(),
  }),
  results: z.array(z.object({ locations: list })).nullish(),
  artifacts: list,
  versionControlProvenance: list,
});

export const sarif: ReportFormat = {
  name: 'SARIF',
  knows: (keys) => keys.includes('runs'),
  within: ['runs'],
  isRecord: (record) => 'tool' in record,
  found: secretsOf,
};

function secretsOf(record: object, place: Place): Found {
  shaped(sarifRun, record, place);
  const run = record as Run;
  const results = run.results ?? [];
  const about = results.filter((result) => isAboutSecret(run, result));
  const others = results.length - about.length;
  const nowhere = about.filter(({ locations }) => (locations ?? []).length === 0).length;
  const ignored = [
    ...(others > 0 ? [`${others} results are not about secrets`] : []),
    ...(nowhere > 0 ? [`${nowhere} results about secrets name no place`] : []),
  ];
  return {
    leaks: about.flatMap((result) => leaksOf(run, result)),
    ...(ignored.length > 0 && { ignored: ignored.join(', ') }),
  };
}

function isAboutSecret(run: Run, result: Result): boolean {
  if (SECRET_SCANNERS.test(run.tool.driver.name)) return true;
  const rule = ruleOf(run, result);
  return [...(rule?.properties?.tags ?? []), ...(result.properties?.tags ?? [])].some((tag) => SECRET_TAGS.test(String(tag)));
}

/** The component that the result names, else any that has a rule of its id. SARIF 2.1.0, 3.52 */
function ruleOf(run: Run, { rule, ruleId, ruleIndex }: Result): ReportingDescriptor | undefined {
  const { driver, extensions } = run.tool;
  const named = rule?.toolComponent?.index ?? -1;
  const component = named < 0 ? driver : extensions?.[named];
  const id = ruleId ?? rule?.id;
  const all = [driver, ...(extensions ?? [])].flatMap(({ rules }) => rules ?? []);
  return component?.rules?.[ruleIndex ?? rule?.index ?? -1] ?? all.find((one) => one?.id === id);
}

function leaksOf(run: Run, result: Result): Leak[] {
  const tool = run.tool.driver.name;
  const fingerprints = result.partialFingerprints ?? {};
  return (result.locations ?? []).map((location) => {
    const physical = location.physicalLocation;
    const snippet = PUTS_SECRET_INTO_SNIPPET.test(tool) ? physical?.region?.snippet?.text : undefined;
    return {
      value: typeof snippet === 'string' ? shownByGitleaks(snippet) : undefined,
      scanner: tool.toLowerCase(),
      rule: nameOfRule(result),
      file: fileOf(run, physical?.artifactLocation?.uri, physical?.artifactLocation?.index),
      line: Number.isInteger(physical?.region?.startLine) ? Number(physical?.region?.startLine) : 0,
      commit: String(fingerprints['commitSha'] ?? run.versionControlProvenance?.[0]?.revisionId ?? ''),
      date: eventTime(fingerprints['date']),
      repository: githubRepositoryIn(run.versionControlProvenance?.[0]?.repositoryUri),
    };
  });
}

function nameOfRule({ ruleId, rule }: Result): string {
  const name: unknown = ruleId ?? rule?.id;
  return typeof name === 'string' ? name : 'unnamed';
}

function fileOf(run: Run, uri: unknown, index: unknown): string {
  const found = uri ?? (typeof index === 'number' ? run.artifacts?.[index]?.location?.uri : undefined);
  if (typeof found !== 'string' || found === '') return 'unknown';
  try {
    return decodeURIComponent(found.replace(/^file:\/\//, ''));
  } catch {
    return found;
  }
}
