/**
 * Policy texts, read once into a form that is quick to ask.
 *
 * A policy that AWS would reject grants nothing: its Allow statements are dropped, its sound Deny statements stay, and each
 * problem names the statement. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { ANY } from './glob.ts';
import { Interned } from './interned.ts';
import { compileStatement, coversAction, IDENTITY_POLICY, type PolicyKind, type Statement } from './statement.ts';

export {
  coversAction,
  IDENTITY_POLICY,
  type PolicyKind,
  RESOURCE_POLICY,
  type ResourcePattern,
  type Statement,
} from './statement.ts';

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
  const list = [body['Statement'] ?? []].flat();
  const problems: string[] = (body['Statement'] ?? undefined) === undefined ? ['Statement is missing'] : [];
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

/** An Allow of everything, by which other layers can be asked what they leave. */
export const allowEverything: Policy = compilePolicy(
  'allow everything',
  { Version: '2012-10-17', Statement: { Sid: 'all', Effect: 'Allow', Action: '*', Resource: '*' } },
  IDENTITY_POLICY,
);
