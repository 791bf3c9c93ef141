/** One statement of a policy, read into a form that is quick to ask, and what AWS would reject in it. */
import { type ConditionTest, compileConditions } from './condition.ts';
import { ANY, type ArnMatcher, matchesGlob, resourceMatcher, toGlob } from './glob.ts';
import { Interned } from './interned.ts';
import { compilePrincipals, type PrincipalElement } from './principal.ts';
import { hasVariable } from './variables.ts';

export interface ResourcePattern {
  readonly text: string;
  /** Absent, like `matches`, when the text holds a policy variable. */
  readonly glob?: string;
  readonly matches?: ArnMatcher;
}

export interface Statement {
  /** The Sid, or `#<index>`. */
  readonly id: string;
  readonly effect: 'Allow' | 'Deny';
  readonly notAction: boolean;
  /** Lower-case globs. */
  readonly actions: readonly string[];
  readonly notResource: boolean;
  /** Undefined where the kind of policy has no Resource element (trust policies). */
  readonly resources?: readonly ResourcePattern[];
  readonly principals?: PrincipalElement;
  readonly conditions: readonly ConditionTest[];
}

export interface PolicyKind {
  /** Whether statements must name principals (resource and trust policies) or must not (the rest). */
  readonly principals: boolean;
  /** Whether statements must name resources. Trust policies must not; resource policies may leave it out in some services. */
  readonly resources: 'required' | 'optional';
}

export const IDENTITY_POLICY: PolicyKind = { principals: false, resources: 'required' };
export const RESOURCE_POLICY: PolicyKind = { principals: true, resources: 'optional' };

interface ReadStatement {
  readonly id: string;
  readonly statement?: Statement;
  readonly problems: readonly string[];
}

interface StatementRules {
  readonly kind: PolicyKind;
  readonly variables: boolean;
}

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
]);

/** Problems, if it is one that AWS would reject; else the statement. */
export function compileStatement(raw: unknown, index: number, { kind, variables }: StatementRules): ReadStatement {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { id: `#${index}`, problems: ['is not an object'] };
  const source = raw as Record<string, unknown>;
  const id = typeof source['Sid'] === 'string' && source['Sid'] !== '' ? source['Sid'] : `#${index}`;
  const problems = Object.keys(source).flatMap((name) => (ELEMENTS.has(name) ? [] : [`element ${name} is unknown`]));
  const effect = source['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') problems.push(`Effect ${JSON.stringify(effect)} is neither Allow nor Deny`);
  const actions = element(source, 'Action', problems);
  const read = actions && readActions(actions.list);
  problems.push(...(read ? read.problems : ['Action is missing']));
  const resources = element(source, 'Resource', problems);
  if (kind.resources === 'required') problems.push(...(resources ? malformedResources(resources.list) : ['Resource is missing']));
  const principals = compilePrincipals(source, kind.principals);
  problems.push(...principals.problems);
  const conditions = readConditions(source['Condition'], variables);
  problems.push(...conditions.problems);
  if (problems.length > 0) return { id, problems };
  return {
    id,
    problems,
    statement: {
      id,
      effect: effect as Statement['effect'],
      notAction: actions!.not,
      actions: read!.globs,
      notResource: resources?.not ?? false,
      ...(resources && { resources: resources.list.map((text) => patternOf(text, variables)) }),
      ...(principals.element && { principals: principals.element }),
      conditions: conditions.tests,
    },
  };
}

interface ReadActions {
  readonly globs: readonly string[];
  readonly problems: readonly string[];
}

const ACTIONS = new Interned<ReadActions>(50_000);

const readActions = (list: readonly string[]): ReadActions =>
  ACTIONS.of(JSON.stringify(list), () => ({
    globs: list.map((action) => toGlob(action.toLowerCase())),
    problems: list.filter((action) => !isAction(action)).map((action) => `Action ${JSON.stringify(action)} is malformed`),
  }));

type ReadConditions = ReturnType<typeof compileConditions>;

const CONDITIONS = new Interned<ReadConditions>(50_000);
const UNCONDITIONAL: ReadConditions = { tests: [], problems: [] };

function readConditions(block: unknown, variables: boolean): ReadConditions {
  if (block === undefined || block === null) return UNCONDITIONAL;
  return CONDITIONS.of(`${variables} ${JSON.stringify(block)}`, () => compileConditions(block, variables));
}

const malformedResources = (list: readonly string[]): string[] =>
  list.filter((text) => !/^(arn:|\*)/.test(text)).map((text) => `Resource ${JSON.stringify(text)} is neither an ARN nor "*"`);

const PATTERNS = new Interned<ResourcePattern>(50_000);
const TEXTS = new Interned<ResourcePattern>(10_000);

/** Where variables count, a text that holds one has no glob of its own. */
const patternOf = (text: string, variables: boolean): ResourcePattern =>
  variables && hasVariable(text)
    ? TEXTS.of(text, () => ({ text }))
    : PATTERNS.of(text, () => ({ text, glob: toGlob(text), matches: resourceMatcher(toGlob(text)) }));

const isAction = (text: string): boolean => /^([a-z0-9-]+:[a-z0-9*?]+|[*?]+|\*:\*)$/i.test(text);

interface Element {
  readonly not: boolean;
  readonly list: readonly string[];
}

function element(source: Record<string, unknown>, name: string, problems: string[]): Element | undefined {
  const [plain, not] = [source[name], source[`Not${name}`]];
  if (plain !== undefined && not !== undefined) problems.push(`${name} and Not${name} exclude each other`);
  const value = plain ?? not;
  if (value === undefined) return undefined;
  const list = listOf(value);
  const texts = list.filter((one): one is string => typeof one === 'string');
  if (texts.length !== list.length) problems.push(`${name} must be a text or a list of texts`);
  return { not: plain === undefined, list: texts };
}

const listOf = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

export const coversAction = (statement: Statement, action: string): boolean =>
  statement.actions.some((glob) => glob === ANY || matchesGlob(glob, action)) !== statement.notAction;
