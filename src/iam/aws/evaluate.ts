/**
 * The verdict on one request, from every layer of policy that bears on it.
 *
 *   explicit deny in any layer ─► no
 *   resource control, service control, endpoint: each level must allow
 *   same account:   the resource policy names the user or session            ─► yes
 *                   it names the role, or everybody   ∩ boundary ∩ session   ─► yes
 *                   an identity policy                ∩ boundary ∩ session   ─► yes (KMS keys and roles: their policy must delegate)
 *   other account:  identity policy ∩ boundary ∩ session, and the resource policy
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { conditionResidue, type Residue } from './condition.ts';
import { type Policy, type Statement, statementsFor } from './document.ts';
import type { KeyFacts } from './facts.ts';
import { matchesArn } from './glob.ts';
import { principalMatch, type Requester, type Strength } from './principal.ts';
import { isResourceControlled } from './resource-control.ts';
import { substitute } from './variables.ts';

export interface AccessRequest {
  readonly who: Requester;
  /** `service:Action`, any case. */
  readonly action: string;
  /** An ARN, or `*` for actions without a resource. */
  readonly resource: string;
  readonly resourceAccount?: string;
  readonly facts: KeyFacts;
}

export interface PolicyLayers {
  readonly identity: readonly Policy[];
  readonly boundary?: readonly Policy[] | null;
  readonly session?: readonly Policy[] | null;
  readonly resource?: Policy | null;
  /** One list per level, root first; no levels: service control does not apply. */
  readonly serviceControl?: readonly (readonly Policy[])[];
  readonly resourceControl?: readonly (readonly Policy[])[];
  readonly endpoint?: readonly Policy[] | null;
}

export const VERDICTS = ['allowed', 'conditional', 'implicit-deny', 'explicit-deny'] as const;

export interface Decision {
  readonly policy: string;
  readonly statement: string;
  readonly effect: 'Allow' | 'Deny';
}

export interface Verdict {
  readonly verdict: (typeof VERDICTS)[number];
  /** The statements that decided. */
  readonly because: readonly Decision[];
  /** What the caller's request must still bring; each must hold. */
  readonly conditions: readonly Residue[];
}

interface Match {
  readonly policy: string;
  readonly statement: Statement;
  readonly residues: readonly Residue[];
  readonly strength?: Strength;
}

/** One way of being allowed: each of its gates opened. */
type Way = readonly Match[];

const SERVICE_LINKED = /:role\/aws-service-role\//;

export function evaluate(request: AccessRequest, layers: PolicyLayers): Verdict {
  const asked = { ...request, action: request.action.toLowerCase() };
  const linked = SERVICE_LINKED.test(request.who.roleArn ?? request.who.arn ?? '');
  const guards = guardLevels(asked, layers, linked);
  const denials = [...flatten(layers), ...guards.flat()].flatMap((policy) => matches(policy, asked, 'Deny'));
  const sure = denials.find((match) => match.residues.length === 0);
  if (sure) return { verdict: 'explicit-deny', because: [decisionOf(sure)], conditions: [] };
  const opened = openAll(guards.map((level) => level.flatMap((policy) => matches(policy, asked, 'Allow'))));
  if (!opened) return DENIED;
  const way = best(waysIn(asked, layers).map((one) => [...one, ...opened]));
  return way ? verdictOf(way, denials) : DENIED;
}

const DENIED: Verdict = { verdict: 'implicit-deny', because: [], conditions: [] };

function verdictOf(way: Way, denials: readonly Match[]): Verdict {
  const conditions = distinct([...way.flatMap((match) => match.residues), ...denials.flatMap(unless)]);
  const because = [...way, ...denials].map(decisionOf);
  return { verdict: conditions.length > 0 ? 'conditional' : 'allowed', because, conditions };
}

/** A Deny that may apply: the request must escape one of its conditions; the easiest to escape gives the class. */
function unless(denial: Match): Residue[] {
  const easiest = [...denial.residues].sort((a, b) => cost([a]) - cost([b]))[0];
  return easiest ? [{ ...easiest, text: `not (${denial.residues.map((residue) => residue.text).join(' and ')})` }] : [];
}

const decisionOf = ({ policy, statement }: Match): Decision => ({ policy, statement: statement.id, effect: statement.effect });

function distinct(residues: readonly Residue[]): Residue[] {
  return [...new Map(residues.map((residue) => [residue.text, residue])).values()];
}

/** The layers that every request passes: service control, resource control, the endpoint. A level without policies does not speak. */
function guardLevels(request: AccessRequest, layers: PolicyLayers, linked: boolean): (readonly Policy[])[] {
  const { type } = request.who;
  const service = type === 'iam' && !linked ? (layers.serviceControl ?? []) : [];
  const resource = !linked && type !== 'service' && isResourceControlled(request.action) ? (layers.resourceControl ?? []) : [];
  return [...service, ...resource, ...(layers.endpoint ? [layers.endpoint] : [])].filter((level) => level.length > 0);
}

const flatten = (layers: PolicyLayers): readonly Policy[] => [
  ...layers.identity,
  ...(layers.boundary ?? []),
  ...(layers.session ?? []),
  ...(layers.resource ? [layers.resource] : []),
];

/** Every gate must open; the easiest match of each. */
function openAll(gates: readonly (readonly Match[])[]): Match[] | undefined {
  const opened: Match[] = [];
  for (const gate of gates) {
    const match = easiest(gate);
    if (!match) return undefined;
    opened.push(match);
  }
  return opened;
}

const PRICES = { choosable: 1, time: 100, position: 100, approval: 100, possession: 100, combined: 100, unknown: 100 } as const;
const cost = (residues: readonly Residue[]): number => residues.reduce((sum, residue) => sum + PRICES[residue.class], 0);
const easiest = (gate: readonly Match[]): Match | undefined =>
  gate.reduce<Match | undefined>((a, b) => (a && cost(a.residues) <= cost(b.residues) ? a : b), undefined);

function best(ways: readonly Way[]): Way | undefined {
  const priced = ways.map((way) => ({ way, price: cost(way.flatMap((match) => match.residues)) }));
  return priced.sort((a, b) => a.price - b.price)[0]?.way;
}

const BY_ITSELF: ReadonlySet<Strength> = new Set(['session', 'user']);
const WITHIN_BOUNDARY: ReadonlySet<Strength> = new Set(['role', 'anyone']);

function waysIn(request: AccessRequest, layers: PolicyLayers): Way[] {
  const granted = layers.resource ? matches(layers.resource, request, 'Allow') : [];
  if (request.who.type !== 'iam') return granted.filter((match) => match.strength !== 'account').map((match) => [match]);
  const limits = [layers.boundary, layers.session].filter((layer) => layer !== null && layer !== undefined);
  const limited = openAll(limits.map((layer) => layer.flatMap((policy) => matches(policy, request, 'Allow'))));
  const own = request.who.arn?.endsWith(':root') ? [] : identityGate(request, layers);
  const identity = limited && own ? [...own, ...limited] : undefined;
  if (isOtherAccount(request)) return identity ? granted.map((match) => [...identity, match]) : [];
  const ways: Way[] = granted.filter((match) => BY_ITSELF.has(match.strength as Strength)).map((match) => [match]);
  if (limited)
    ways.push(...granted.filter((match) => WITHIN_BOUNDARY.has(match.strength as Strength)).map((match) => [match, ...limited]));
  if (identity) ways.push(...delegated(request, granted, identity));
  return ways;
}

/** The identity policies' easiest Allow, or undefined. */
function identityGate(request: AccessRequest, layers: PolicyLayers): Match[] | undefined {
  const match = easiest(layers.identity.flatMap((policy) => matches(policy, request, 'Allow')));
  return match && [match];
}

/** KMS keys and roles obey identity policies only where their own policy delegates to the account. */
function delegated(request: AccessRequest, granted: readonly Match[], identity: Way): Way[] {
  return needsResourcePolicy(request.action) ? granted.map((match) => [match, ...identity]) : [identity];
}

const needsResourcePolicy = (action: string): boolean =>
  action.startsWith('kms:') ? !KEYLESS.has(action) : action.startsWith('sts:assumerole');

/** KMS actions that name no key. */
const KEYLESS: ReadonlySet<string> = new Set(
  ['CreateKey', 'ListKeys', 'ListAliases', 'GenerateRandom', 'CreateCustomKeyStore', 'DescribeCustomKeyStores'].map(
    (name) => `kms:${name.toLowerCase()}`,
  ),
);

function isOtherAccount({ who, resourceAccount }: AccessRequest): boolean {
  return who.account !== undefined && resourceAccount !== undefined && who.account !== resourceAccount;
}

function matches(policy: Policy, request: AccessRequest, effect: 'Allow' | 'Deny'): Match[] {
  const found: Match[] = [];
  for (const statement of statementsFor(policy, request.action)) {
    if (statement.effect !== effect) continue;
    const match = statementMatch(policy, statement, request);
    if (match) found.push(match);
  }
  return found;
}

function statementMatch(policy: Policy, statement: Statement, request: AccessRequest): Match | undefined {
  const principal = statement.principals ? principalMatch(statement.principals, request.who) : undefined;
  if (statement.principals && !principal) return undefined;
  const resource = resourceResidue(statement, request);
  if (!resource) return undefined;
  const condition = conditionResidue(statement.conditions, request.facts);
  if (!condition) return undefined;
  const extra = principal?.residues ?? NONE;
  const residues = resource.length + extra.length === 0 ? condition : [...resource, ...extra, ...condition];
  return { policy: policy.name, statement, residues, ...(principal && { strength: principal.strength }) };
}

const NONE: readonly Residue[] = [];

/** Undefined when the statement's resources do not take in the resource; a variable that only the caller decides leaves a residue. */
function resourceResidue(statement: Statement, request: AccessRequest): readonly Residue[] | undefined {
  if (!statement.resources) return NONE;
  const unsure: Residue[] = [];
  for (const pattern of statement.resources) {
    const substituted = pattern.glob === undefined ? substitute(pattern.text, request.facts) : undefined;
    const glob = pattern.glob ?? substituted?.glob;
    if (glob === undefined || !matchesArn(glob, request.resource)) continue;
    if (!substituted || substituted.unknown.length === 0) return statement.notResource ? undefined : NONE;
    unsure.push(...substituted.unknown.map((key): Residue => ({ text: `${key} fits ${pattern.text}`, key, class: 'unknown' })));
  }
  if (!statement.notResource) return unsure.length > 0 ? unsure : undefined;
  return unsure.map((residue) => ({ ...residue, text: `not (${residue.text})` }));
}
