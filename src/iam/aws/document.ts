/**
 * Policy texts, read once into a form that is quick to ask.
 *
 * A policy that AWS would reject grants nothing: its Allow statements are dropped, its sound Deny statements stay, and each
 * problem names the statement. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
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

export interface Policy {
  readonly name: string;
  readonly statements: readonly Statement[];
  /** What AWS would reject: `statement <id>: what`. */
  readonly problems: readonly string[];
  /** The services of which some statement may speak, in lower case. Undefined: of any. */
  readonly services?: readonly string[];
  /** Statements by lower-case action of these services, filled as asked. */
  readonly byAction: Map<string, ActionStatements>;
}

/** The statements of a policy that speak of one action. */
export interface ActionStatements {
  readonly all: readonly Statement[];
  readonly allows: readonly Statement[];
  readonly denies: readonly Statement[];
}

export interface PolicyKind {
  /** Whether statements must name principals (resource and trust policies) or must not (the rest). */
  readonly principals: boolean;
  /** Whether statements must name resources. Trust policies must not; resource policies may leave it out in some services. */
  readonly resources: 'required' | 'optional';
}

export const IDENTITY_POLICY: PolicyKind = { principals: false, resources: 'required' };
export const RESOURCE_POLICY: PolicyKind = { principals: true, resources: 'optional' };

/** The text form may be an object, JSON, or URL-encoded JSON, as IAM returns it. Undefined when it is none of these. */
export function policyBody(document: unknown): Record<string, unknown> | undefined {
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document as Record<string, unknown>;
  if (typeof document !== 'string') return undefined;
  const text = document.trimStart();
  try {
    return policyBody(JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text));
  } catch {
    return undefined;
  }
}

export function compilePolicy(name: string, document: unknown, kind: PolicyKind): Policy {
  const body = policyBody(document);
  if (!body) return policyOf(name, [], ['the document is not a JSON object']);
  const list = listOf(body['Statement']);
  const problems: string[] = body['Statement'] === undefined ? ['Statement is missing'] : [];
  const version = body['Version'] ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') problems.push(`Version ${JSON.stringify(version)} is unknown`);
  const statements: Statement[] = [];
  for (const [index, raw] of list.entries()) {
    const read = compileStatement(raw, index, { kind, variables: version === '2012-10-17' });
    problems.push(...read.problems.map((problem) => `statement ${read.id}: ${problem}`));
    if (read.statement) statements.push(read.statement);
  }
  const kept = problems.length > 0 ? statements.filter((statement) => statement.effect === 'Deny') : statements;
  return policyOf(name, kept, problems);
}

function policyOf(name: string, statements: readonly Statement[], problems: readonly string[]): Policy {
  const services = servicesOf(statements);
  return { name, statements, problems, ...(services && { services }), byAction: new Map() };
}

const SERVICES = new Interned<readonly string[]>(10_000);

/** Undefined when an action has no service of its own (`*`), or an element excludes actions. */
function servicesOf(statements: readonly Statement[]): readonly string[] | undefined {
  const found = new Set<string>();
  for (const { notAction, actions } of statements) {
    if (notAction) return undefined;
    for (const glob of actions) {
      if (!glob.includes(':') || glob.startsWith(ANY)) return undefined;
      found.add(serviceOf(glob));
    }
  }
  return SERVICES.of([...found].sort().join(' '), () => [...found]);
}

const serviceOf = (action: string): string => action.slice(0, action.indexOf(':'));

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

function compileStatement(raw: unknown, index: number, { kind, variables }: StatementRules): ReadStatement {
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

export const listOf = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** The statements of a policy whose Action or NotAction takes in an action (lower case). */
export const statementsFor = (policy: Policy, action: string): readonly Statement[] => actionStatements(policy, action).all;

/** The same, sorted by effect. */
export function actionStatements(policy: Policy, action: string): ActionStatements {
  const known = policy.byAction.get(action);
  if (known) return known;
  if (policy.services && !policy.services.includes(serviceOf(action))) return NO_STATEMENTS;
  const all = policy.statements.filter((statement) => coversAction(statement, action));
  const allows = all.filter(({ effect }) => effect === 'Allow');
  const denies = all.filter(({ effect }) => effect === 'Deny');
  const kept = all.length === 0 ? NO_STATEMENTS : { all, allows, denies };
  policy.byAction.set(action, kept);
  return kept;
}

const NO_STATEMENTS: ActionStatements = { all: [], allows: [], denies: [] };

export const coversAction = (statement: Statement, action: string): boolean =>
  statement.actions.some((glob) => glob === ANY || matchesGlob(glob, action)) !== statement.notAction;

/** An Allow of everything, by which other layers can be asked what they leave. */
export const allowEverything: Policy = compilePolicy(
  'allow everything',
  { Version: '2012-10-17', Statement: { Sid: 'all', Effect: 'Allow', Action: '*', Resource: '*' } },
  IDENTITY_POLICY,
);
