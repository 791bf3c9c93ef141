/**
 * Where anybody's words or code reach a job that runs with the repository's own rights.
 *
 * Looked for in runs that strangers can start with secrets at hand (not `pull_request`: a fork's run gets none): text of theirs put
 * into a script; a checkout of their code, or an artifact of their run, followed by a step that runs something.
 * https://docs.github.com/actions/reference/security/securely-using-pull_request_target and
 * https://securitylab.github.com/resources/github-actions-untrusted-input/
 */
import { SELF } from './actions.ts';
import { guardsIn } from './guards.ts';
import { originsOf } from './inputs.ts';
import type { RunStep } from './run-steps.ts';
import { isFreeText, isOfStrangers, namesTheirCode } from './stranger-contexts.ts';
import type { Trigger } from './triggers.ts';
import { stepTexts, usesOf } from './workflow.ts';

/** Inputs of actions that are run as code. */
const CODE_INPUTS: Readonly<Record<string, string>> = { 'actions/github-script': 'script' };

/** Commands that run what lies in the working folder: build scripts, test suites, hooks, scripts by path. */
const RUNS_WHAT_IS_THERE =
  /(^|[\s;&|(])(npm|npx|yarn|pnpm|bun|pip3?|uv|poetry|tox|pytest|python3?|node|make|cmake|gradle|mvn|ant|sbt|cargo|go (build|test|run|generate)|dotnet|bundle|rake|composer|mix|docker(-compose| compose)? ?(build|up)|bash|sh|source|terraform|ansible-playbook)\b|(^|[\s;&|(])\.{1,2}\//m;

const GETS_ARTIFACT = /\bgh run download\b|downloadArtifact|\/artifacts\/[^/\s]+\/zip/;
const ARTIFACT_ACTIONS = ['actions/download-artifact', 'dawidd6/action-download-artifact'];
const FETCHES_PULL = /\bgh pr checkout\b|\bgit (fetch|pull)\b[^\n]{0,300}(refs\/)?pull\/|\bgit checkout\b/;

export interface UntrustedInput {
  readonly event: string;
  readonly file: string;
  readonly line: number;
  readonly because: string;
  /** Their code runs, as far as a command tells; otherwise it only may. */
  readonly isCode: boolean;
  /** What must let them through, in words. */
  readonly conditions: readonly string[];
}

export interface StartedJob {
  readonly triggers: readonly Trigger[];
  readonly steps: readonly RunStep[];
  /** The `if` of the job, of those that it needs and of those that call, as written. */
  readonly conditions: readonly string[];
  /** It, or a job that it needs, runs in an environment, whose reviewers may be asked. */
  readonly environments: readonly string[];
}

/** Whether it is worth looking. */
export const isStartedByStrangers = (triggers: readonly Trigger[]): boolean => triggers.some(({ event }) => isOfStrangers(event));

/** The first of each way, by the event that stands least in its way. */
export function untrustedInputs(job: StartedJob): UntrustedInput[] {
  const found = new Map<string, UntrustedInput>();
  for (const trigger of job.triggers.filter(({ event }) => isOfStrangers(event))) {
    for (const input of [injection(job, trigger), theirCode(job, trigger), theirArtifact(job, trigger)]) {
      if (!input) continue;
      const known = found.get(input.because);
      if (!known || input.conditions.length < known.conditions.length) found.set(input.because, input);
    }
  }
  return [...found.values()];
}

function injection(job: StartedJob, trigger: Trigger): UntrustedInput | undefined {
  for (const run of job.steps) {
    const found = codeOf(run).find(({ text }) => isFreeText(originsOf({ text, given: run.given }), trigger.event));
    if (found) return said({ job, trigger, run, line: found.line, because: 'text that strangers write is put into a script' });
  }
  return undefined;
}

function codeOf({ step }: RunStep) {
  const input = CODE_INPUTS[actionOf(step)];
  return [...stepTexts(step)].filter(({ place, name }) => place === 'run' || (place === 'with' && name === input));
}

function theirCode(job: StartedJob, trigger: Trigger): UntrustedInput | undefined {
  for (const [at, run] of job.steps.entries()) {
    const line = lineOfTheirCode(run, trigger);
    const isRun = line === undefined ? undefined : howRun(job.steps.slice(at + 1), run);
    if (line === undefined || isRun === undefined) continue;
    const because = 'code that strangers propose is checked out, and a later step runs something there';
    return { ...said({ job, trigger, run, line, because }), isCode: isRun === 'what is there' };
  }
  return undefined;
}

function lineOfTheirCode(run: RunStep, { event }: Trigger): number | undefined {
  const texts = [...stepTexts(run.step)];
  const fetched = texts.find(
    ({ place, text }) =>
      place === 'run' &&
      FETCHES_PULL.test(text) &&
      (namesTheirCode(originsOf({ text, given: run.given }), event) || isOfPull(run, text, event)),
  );
  if (fetched) return fetched.line;
  if (actionOf(run.step) !== 'actions/checkout' || refuses(run, event)) return undefined;
  return texts.find(
    ({ place, name, text }) =>
      place === 'with' &&
      (name === 'ref' || name === 'repository') &&
      namesTheirCode(originsOf({ text, given: run.given }), event),
  )?.line;
}

/** The script has the number or the commit from its environment: `gh pr checkout "$PR"`. */
const isOfPull = (run: RunStep, text: string, event: string): boolean =>
  [...run.given.env].some(([name, bound]) => mentionsVariable(text, name) && namesTheirCode(originsOf(bound), event));

const mentionsVariable = (script: string, name: string): boolean =>
  [`$${name}`, `\${${name}}`].some((written) => script.toLowerCase().includes(written));

/** From its seventh version on, the action checks out no code of forks unless it is told that this is safe. */
function refuses({ step }: RunStep, event: string): boolean {
  const [, version] = /@v?(\d+)(\.|$)/.exec(usesOf(step) ?? '') ?? [];
  const isAllowed = [...stepTexts(step)].some(({ name, text }) => name === 'allow-unsafe-pr-checkout' && text === 'true');
  return event === 'pull_request_target' && Number(version ?? 0) >= 7 && !isAllowed;
}

function theirArtifact(job: StartedJob, trigger: Trigger): UntrustedInput | undefined {
  if (trigger.event !== 'workflow_run') return undefined;
  for (const [at, run] of job.steps.entries()) {
    const line = artifactLine(run);
    if (line === undefined || howRun(job.steps.slice(at + 1), run) === undefined) continue;
    return said({
      job,
      trigger,
      run,
      line,
      because: "an artifact that a fork's run may have made is unpacked before a step that runs something",
    });
  }
  return undefined;
}

function artifactLine({ step }: RunStep): number | undefined {
  const texts = [...stepTexts(step)];
  const scripted = texts.find(({ text, place }) => place !== 'env' && GETS_ARTIFACT.test(text));
  if (scripted) return scripted.line;
  if (!ARTIFACT_ACTIONS.includes(actionOf(step))) return undefined;
  return texts.find(({ name }) => ['run-id', 'run_id', 'workflow', 'workflow_conclusion'].includes(name))?.line;
}

const actionOf = (step: RunStep['step']): string => usesOf(step)?.split('@', 1)[0]?.toLowerCase() ?? '';

/** Whether a later step, or the rest of this one, runs what lies there, or at least something. */
function howRun(later: readonly RunStep[], own: RunStep): 'what is there' | 'something' | undefined {
  const scripts = later.flatMap(({ step }) => [...stepTexts(step)].filter(({ place }) => place === 'run'));
  const isLocal = later.some(({ step }) => SELF.test(usesOf(step) ?? ''));
  const ownScript = [...stepTexts(own.step)].filter(({ place }) => place === 'run');
  if (isLocal || [...scripts, ...ownScript].some(({ text }) => RUNS_WHAT_IS_THERE.test(text))) return 'what is there';
  return scripts.length > 0 ? 'something' : undefined;
}

interface Found {
  readonly job: StartedJob;
  readonly trigger: Trigger;
  readonly run: RunStep;
  readonly line: number;
  readonly because: string;
}

function said({ job, trigger, run, line, because }: Found): UntrustedInput {
  const guards = [...new Set([...job.conditions, ...run.conditions].flatMap(guardsIn))];
  const isLabelled = trigger.types !== undefined && trigger.types.length > 0 && trigger.types.every((type) => /label/.test(type));
  const environments = job.environments.filter((name) => name !== '');
  const conditions = [
    ...(guards.length > 0 ? [`the job's condition on ${guards.join(', ')} lets them through`] : []),
    ...(isLabelled ? ['somebody with the triage role labels their proposal'] : []),
    ...(environments.length > 0 ? [`reviewers of ${environments.join(' or ')}, if it has any, approve the run`] : []),
    ...(trigger.event === 'workflow_run'
      ? ["the fork's own run before it is approved where the approval setting asks for it"]
      : []),
  ];
  return { event: trigger.event, file: run.file, line, because, isCode: false, conditions };
}
