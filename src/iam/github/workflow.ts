/** A workflow file, as far as it says what its jobs may reach. https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax */
import { InputError } from '../../model/errors.ts';
import { inputTexts } from './inputs.ts';
import { type Matrix, matrixOf, matrixTexts } from './matrix.ts';
import { entriesOf, scalarsOf, textOf, textsOf, valueAt, type YamlMap, type YamlNode } from './node.ts';
import { mayWriteIdToken, type TokenPermissions, tokenPermissions } from './permissions.ts';
import { type KnownValues, possibleTexts } from './possible-texts.ts';
import { secretReferences, singleSecret } from './secret-references.ts';
import { declaredParameters, type Trigger, triggersOf } from './triggers.ts';

export interface Workflow {
  /** Within the repository: `.github/workflows/deploy.yml`. */
  readonly path: string;
  readonly name: string;
  readonly triggers: readonly Trigger[];
  /** Secrets that callers hand over, upper case; undefined when it is not reusable. */
  readonly parameters?: readonly string[];
  /** What starts it, as written: inputs and their choices are here. */
  readonly on: YamlNode;
  /** `env` of the whole workflow. */
  readonly env: YamlNode | undefined;
  readonly jobs: readonly Job[];
}

export interface Job {
  readonly id: string;
  readonly line: number;
  /** The environment as written, with its expressions. */
  readonly environmentText?: string;
  /** What it may be, unknown parts `*`; an empty text is none. Nothing when the job names none. */
  readonly environments: readonly string[];
  readonly matrix: Matrix;
  /** The labels and the group that its runner must all have, each as what it may be, unknown parts `*`. */
  readonly runsOn: readonly (readonly string[])[];
  /** The job's own, else its workflow's; undefined when neither says any. */
  readonly permissions: TokenPermissions | undefined;
  /** May ask for an OIDC token. */
  readonly idToken: boolean;
  /** The condition as written. */
  readonly condition?: string;
  /** Ids of jobs of the same workflow. */
  readonly needs: readonly string[];
  readonly reads: SecretReads;
  readonly steps: readonly YamlMap[];
  readonly env: YamlNode | undefined;
  readonly call?: WorkflowCall;
}

export interface WorkflowCall {
  /** `./.github/workflows/x.yml` or `owner/repo/.github/workflows/x.yml@ref`. */
  readonly uses: string;
  /** Every secret of the caller is handed over. */
  readonly inherits: boolean;
  /** What the called workflow's inputs are filled with. */
  readonly handed: YamlNode | undefined;
  /** Parameter → the secret that it is filled with and nothing else; both upper case. */
  readonly mapping: ReadonlyMap<string, string | undefined>;
}

export interface SecretReads {
  /** Name → the line that names it first. */
  readonly named: ReadonlyMap<string, number>;
  /** Names known in parts, the rest `*` → line. */
  readonly patterns: ReadonlyMap<string, number>;
  /** The line that takes all at once. */
  readonly all?: number;
  /** The line whose index only the run decides. */
  readonly dynamic?: number;
  /** The line whose expression mentions secrets and cannot be read. */
  readonly unreadable?: number;
}

/** Throws an InputError `line n: …` for what GitHub would not run either. */
export function parseWorkflow(path: string, root: YamlNode): Workflow {
  const jobs = valueAt(root, 'jobs');
  const on = valueAt(root, 'on');
  if (root.type !== 'map') throw new InputError(`line ${root.line}: expected a workflow (a map with \`on\` and \`jobs\`)`);
  if (jobs?.type !== 'map' || jobs.entries.length === 0) {
    throw new InputError(`line ${jobs?.line ?? root.line}: jobs: expected a map of at least one job`);
  }
  if (!on) throw new InputError(`line ${root.line}: on: missing; a workflow says what starts it`);
  const parameters = declaredParameters(on);
  return {
    path,
    name: textOf(valueAt(root, 'name')) ?? path,
    triggers: triggersOf(on),
    ...(parameters ? { parameters } : {}),
    on,
    env: valueAt(root, 'env'),
    jobs: jobs.entries.map(([id, node]) => parseJob(id, node, root)),
  };
}

function parseJob(id: string, node: YamlNode, workflow: YamlMap): Job {
  if (node.type !== 'map') throw new InputError(`line ${node.line}: jobs.${id}: expected a map`);
  const call = callOf(node);
  const matrix = matrixOf(valueAt(node, 'strategy'));
  const known = knownValues(valueAt(workflow, 'on') ?? workflow, matrix);
  const environmentText = environmentOf(valueAt(node, 'environment'));
  const permissions = tokenPermissions(valueAt(node, 'permissions') ?? valueAt(workflow, 'permissions'));
  const condition = textOf(valueAt(node, 'if'));
  return {
    id,
    line: node.line,
    ...(environmentText === undefined ? {} : { environmentText }),
    environments: environmentText === undefined ? [] : possibleTexts(environmentText, known),
    matrix,
    runsOn: runnerOf(valueAt(node, 'runs-on')).map((label) => possibleTexts(label, known)),
    permissions,
    idToken: mayWriteIdToken(permissions),
    ...(condition === undefined ? {} : { condition }),
    needs: textsOf(valueAt(node, 'needs')),
    reads: secretReads(call ? [node] : [node, valueAt(workflow, 'env')], known),
    steps: stepsOf(id, valueAt(node, 'steps')),
    env: valueAt(node, 'env'),
    ...(call ? { call } : {}),
  };
}

/** What the file itself says of the contexts that a job's names are made of, in the runs of an event or in all. */
function knownValues(on: YamlNode, matrix: Matrix, event?: string): KnownValues {
  // A caller of the workflow may hand over anything.
  const isCalled = declaredParameters(on) !== undefined;
  return ([context, ...path]) => {
    if (context === 'matrix') return matrixTexts(matrix, path);
    const input = inputIn(context, path);
    return input === undefined || isCalled ? undefined : inputTexts(on, input, event);
  };
}

/** `inputs.x`, or `github.event.inputs.x`. */
function inputIn(context: string | undefined, path: readonly string[]): string | undefined {
  if (context === 'inputs') return path[0];
  const isOfEvent = context === 'github' && /^event\/inputs$/i.test(path.slice(0, 2).join('/'));
  return isOfEvent ? path[2] : undefined;
}

/** What the job's environment may be in runs of the workflow's own that this event starts. */
export const environmentsOn = ({ on }: Workflow, { environmentText, matrix }: Job, event: string): readonly string[] =>
  environmentText === undefined ? [] : possibleTexts(environmentText, knownValues(on, matrix, event));

function stepsOf(id: string, steps: YamlNode | undefined): YamlMap[] {
  if (!steps || (steps.type === 'scalar' && steps.value === null)) return [];
  if (steps.type !== 'list') throw new InputError(`line ${steps.line}: jobs.${id}.steps: expected a list`);
  return steps.items.filter((step) => step.type === 'map');
}

function runnerOf(node: YamlNode | undefined): string[] {
  return node?.type === 'map' ? [...textsOf(valueAt(node, 'group')), ...textsOf(valueAt(node, 'labels'))] : textsOf(node);
}

const environmentOf = (node: YamlNode | undefined): string | undefined =>
  textOf(node?.type === 'map' ? valueAt(node, 'name') : node) || undefined;

function callOf(job: YamlMap): WorkflowCall | undefined {
  const uses = textOf(valueAt(job, 'uses'));
  if (!uses) return undefined;
  const secrets = valueAt(job, 'secrets');
  const mapping = entriesOf(secrets).map(([name, value]) => [name.toUpperCase(), singleSecret(textOf(value) ?? '')] as const);
  return { uses, inherits: textOf(secrets) === 'inherit', handed: valueAt(job, 'with'), mapping: new Map(mapping) };
}

function secretReads(nodes: readonly (YamlNode | undefined)[], known: KnownValues): SecretReads {
  const named = new Map<string, number>();
  const patterns = new Map<string, number>();
  const lines: { all?: number; dynamic?: number; unreadable?: number } = {};
  for (const { value, line } of nodes.flatMap((node) => [...scalarsOf(node)])) {
    const found = secretReferences(String(value), known);
    for (const name of found.names) if (!named.has(name)) named.set(name, line);
    for (const pattern of found.patterns) if (!patterns.has(pattern)) patterns.set(pattern, line);
    for (const way of ['all', 'dynamic', 'unreadable'] as const) if (found[way]) lines[way] ??= line;
  }
  return { named, patterns, ...lines };
}

/** The steps' scripts and inputs, where expressions are put into code or handed to an action. */
export function* stepTexts(
  step: YamlMap,
): Generator<{ readonly place: 'run' | 'with' | 'env'; readonly name: string; readonly text: string; readonly line: number }> {
  const run = valueAt(step, 'run');
  if (run) yield { place: 'run', name: 'run', text: textOf(run) ?? '', line: run.line };
  for (const place of ['with', 'env'] as const) {
    for (const [name, value] of entriesOf(valueAt(step, place)))
      yield { place, name, text: textOf(value) ?? '', line: value.line };
  }
}

export const usesOf = (step: YamlMap): string | undefined => textOf(valueAt(step, 'uses'));

/** It runs only as part of a caller. */
export const isReusableOnly = ({ triggers }: Workflow): boolean => triggers.every(({ event }) => event === 'workflow_call');
