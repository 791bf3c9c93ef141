/**
 * What the policies of a caller come to, thing by thing: every thing is judged by the one rule that decides at its path. Where all that an
 * engine holds is known, and every rule that reaches into it gives the same, the right is to the engine.
 *
 *     identity ──HAS_GRANT──► Permission (one for all callers with the same rights) ──CAN_READ──► secret
 *
 * Cost: things × rules, once for all callers of equal policies.
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts } from '../../model/facts.ts';
import { vaultMount, vaultPermission } from '../../model/keys.ts';
import type { Level } from '../../model/kinds.ts';
import { canonicalJson, sha256 } from '../../model/ledger.ts';
import { type EscalationFacts, escalations } from './escalation.ts';
import { thing } from './facts.ts';
import type { Grant } from './policies.ts';
import type { Engine, Thing, Things } from './things.ts';

export interface Right {
  readonly target: string;
  readonly level: Level;
  /** Required for `control`. */
  readonly reason?: string;
  /** A gate that stays; such a right is `conditional`. */
  readonly condition?: string;
  readonly isPossible?: boolean;
}

const CAN = { read: 'CAN_READ', put: 'CAN_PUT', write: 'CAN_WRITE', control: 'CAN_CONTROL' } as const;

/** What may be done at one path. */
export interface Allowed {
  readonly has: (capability: string) => boolean;
  /** Who calls decides. */
  readonly isOpen: boolean;
}

export function allowedAt({ acl }: Grant, path: string): Allowed {
  const { capabilities, verdict } = acl.decide({ path, operation: 'read', parameters: {} });
  const has = (capability: string): boolean => capabilities.includes(capability) || capabilities.includes('root');
  return { has, isOpen: verdict === 'conditional' };
}

function levelAt({ has }: Allowed, isWritable: boolean): Level | undefined {
  const reads = has('read');
  const puts = isWritable && (has('update') || has('patch'));
  if (reads && puts) return 'write';
  return reads ? 'read' : puts ? 'put' : undefined;
}

export interface Estate extends Things {
  readonly source: string;
  readonly escalation: EscalationFacts;
}

/** `holder`: whose own policies these are, for what can be rewritten. */
export function rightsOf(
  grant: Grant,
  estate: Estate,
  holder: { readonly names: ReadonlySet<string>; readonly entityId?: string },
): Right[] {
  const powers = escalations(grant, estate.escalation, holder);
  // Who has the whole server has everything in it.
  if (powers.some(({ target, level, condition }) => target === estate.escalation.server && level === 'control' && !condition))
    return powers;
  const whole = estate.engines.flatMap((engine) => wholeEngine(grant, engine, estate));
  const byEngine = new Map(whole.map((right) => [right.target, right.level]));
  const single = estate.things.flatMap((one) => {
    const right = rightTo(grant, one);
    const covered = byEngine.get(vaultMount(estate.source, one.mount));
    return right && (right.isPossible || right.level !== covered) ? right : [];
  });
  return [...whole, ...single, ...powers];
}

function rightTo(grant: Grant, one: Thing): Right | undefined {
  const allowed = allowedAt(grant, one.apiPath);
  const level = levelAt(allowed, one.isWritable);
  if (allowed.isOpen)
    return {
      target: one.key,
      level: level ?? (one.isWritable ? 'write' : 'read'),
      isPossible: true,
      reason: 'a path that depends on who calls fits it',
    };
  if (level === undefined) return undefined;
  if (one.isKnown) return { target: one.key, level };
  return { target: one.key, level, isPossible: true, reason: 'a policy names it; whether it is there was not collected' };
}

/** The right to all that an engine holds, now and later; none where one rule that reaches into it gives something else. */
function wholeEngine(grant: Grant, { mount, prefix, isWhole }: Engine, { things, source }: Estate): Right[] {
  if (!isWhole || grant.isOpen) return [];
  const inside = things.filter((one) => one.mount === mount);
  const probes = [`${prefix}${FRESH}`, ...ruleInstances(grant, prefix), ...inside.map(({ apiPath }) => apiPath)];
  const levels = new Set(probes.map((path) => levelAt(allowedAt(grant, path), true)));
  const [level] = levels;
  return levels.size === 1 && level !== undefined && inside.every(({ isWritable }) => isWritable)
    ? [{ target: vaultMount(source, mount), level }]
    : [];
}

/** A name that no rule writes out. */
const FRESH = 'interlock-any-other-name';

/** One path for each rule that reaches below a prefix. */
function ruleInstances({ policies }: Grant, prefix: string): string[] {
  return policies
    .flatMap(({ rules }) => rules)
    .map(({ path }) =>
      path
        .split('/')
        .map((part) => (part === '+' ? FRESH : part))
        .join('/')
        .replace(/\*$/, FRESH),
    )
    .filter((path) => path.startsWith(prefix));
}

export interface Holder {
  readonly key: string;
  readonly rights: readonly Right[];
  /** Rights that depend on who calls are nobody else's. */
  readonly isOpen: boolean;
}

/** One Permission for all holders of the same rights. */
export function grantFacts(source: string, holders: readonly Holder[]): Facts {
  const entities = new Map<string, EntityFact>();
  const relationships: RelationshipFact[] = [];
  for (const { key: holder, rights, isOpen } of holders) {
    if (rights.length === 0) continue;
    const said = [...rights].sort(byTarget);
    const digest = sha256(canonicalJson({ rights: said.map((right) => ({ ...right })), ...(isOpen && { holder }) }));
    const key = vaultPermission(source, digest.slice(0, 32));
    if (!entities.has(key)) {
      entities.set(key, thing(key, 'Permission', permissionName(said)));
      for (const fact of rightFacts(key, said)) relationships.push(fact);
    }
    relationships.push(entitled(holder, 'HAS_GRANT', key));
  }
  return { entities: [...entities.values()], relationships };
}

export const rightFacts = (permission: string, rights: readonly Right[]): RelationshipFact[] =>
  rights.map(({ target, level, reason, condition, isPossible }) =>
    entitled(permission, CAN[level], target, {
      ...(reason !== undefined && { reason }),
      ...(condition !== undefined && { certainty: 'conditional', condition, conditionClass: 'possession' }),
      ...(isPossible && { certainty: 'possible' }),
    }),
  );

const byTarget = (a: Right, b: Right): number =>
  a.target < b.target ? -1 : a.target > b.target ? 1 : a.level < b.level ? -1 : 1;

export function permissionName(rights: readonly Right[]): string {
  const counts = (['control', 'write', 'put', 'read'] as const)
    .map((level) => [level, rights.filter((right) => right.level === level).length] as const)
    .filter(([, n]) => n > 0);
  return counts.map(([level, n]) => `${level} ${n}`).join(', ') || 'nothing';
}
