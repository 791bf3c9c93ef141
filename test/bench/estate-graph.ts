/**
 * A seeded graph in the shape of real estates: nested scopes, groups and role chains with cycles, permissions shared by many,
 * heavy-tailed fan-out, wildcard grants on whole scopes, secrets read by jobs, shared credentials, a public way in.
 */
import { type AccessGraph, createGraphBuilder } from '../../src/graph/access-graph.ts';
import type { Basis, Certainty, EntityKind, Level, RelationshipKind, Tier } from '../../src/model/kinds.ts';

export const SIZES = {
  S: { entities: 10_000, relationships: 40_000 },
  M: { entities: 100_000, relationships: 400_000 },
  L: { entities: 500_000, relationships: 2_000_000 },
} as const;
export type Size = keyof typeof SIZES;

/** Shares of the entities. */
const SHARES: readonly (readonly [EntityKind, number])[] = [
  ['Scope', 0.004],
  ['User', 0.06],
  ['ServiceAccount', 0.1],
  ['Role', 0.08],
  ['Group', 0.01],
  ['External', 0.02],
  ['Credential', 0.14],
  ['Session', 0.03],
  ['Secret', 0.08],
  ['Repository', 0.03],
  ['Pipeline', 0.06],
  ['Workload', 0.11],
  ['Permission', 0.06],
  ['Resource', 0.2],
  ['Owner', 0.006],
  ['Origin', 0.01],
];

/** `accounts`: most relationships stay inside an account of some hundred entities. `random`: none of them does; a worst case. */
export const SHAPES = ['accounts', 'random'] as const;
export type Shape = (typeof SHAPES)[number];

export interface EstateOptions {
  readonly entities: number;
  readonly relationships: number;
  readonly seed: number;
  readonly shape: Shape;
}

/** Mulberry32: small, fast, seeded. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ACCOUNT_ENTITIES = 1000;
const CROSS_ACCOUNT = 0.002;

export function estateGraph({ entities, relationships, seed, shape }: EstateOptions): AccessGraph {
  const random = createRandom(seed);
  const builder = createGraphBuilder(1, '2026-03-01T00:00:00.000Z');
  const accounts = shape === 'random' ? 1 : Math.max(1, Math.round(entities / ACCOUNT_ENTITIES));
  const counts = new Map(SHARES.map(([kind, share]) => [kind, Math.max(2, Math.round((entities * share) / accounts))] as const));
  const addEntity = (key: string, kind: EntityKind): void => {
    const draw = random();
    const tier: Tier | undefined = draw < 0.01 ? 0 : draw < 0.06 ? 1 : draw < 0.3 ? 2 : draw < 0.6 ? 3 : undefined;
    builder.addEntity({ key, kind, ...(tier !== undefined && { tier }), state: random() < 0.03 ? 'inactive' : 'active' });
  };
  addEntity('external:anyone', 'External');
  for (let account = 0; account < accounts; account++) {
    for (const [kind, count] of counts) for (let i = 0; i < count; i++) addEntity(`${account}/${kind}-${i}`, kind);
  }
  const seen = new Set<string>();
  let size = 0;
  const relate = (source: string, kind: RelationshipKind, target: string, levels?: readonly Level[]): void => {
    const name = `${source} ${kind} ${target}`;
    if (seen.has(name)) return;
    seen.add(name);
    size++;
    const draw = random();
    const certainty: Certainty = draw < 0.85 ? 'definite' : draw < 0.95 ? 'conditional' : 'possible';
    const basis: Basis = kind === 'USES' ? 'observed' : kind.startsWith('CAN_') ? 'entitled' : 'declared';
    builder.addRelationship({ source, kind, target, basis, certainty, ...(levels && { levels }) });
  };
  let here = 0;
  const place = (): number => (random() < CROSS_ACCOUNT ? Math.floor(random() * accounts) : here);
  const pick = (kind: EntityKind): string => `${here}/${kind}-${Math.floor(random() * counts.get(kind)!)}`;
  const pickAbroad = (kind: EntityKind): string => `${place()}/${kind}-${Math.floor(random() * counts.get(kind)!)}`;
  /** A few are picked very often. */
  const pickPopular = (kind: EntityKind): string => `${place()}/${kind}-${Math.floor(random() ** 4 * counts.get(kind)!)}`;
  const all = (kind: EntityKind): string[] => Array.from({ length: counts.get(kind)! }, (_, i) => `${here}/${kind}-${i}`);
  for (here = 0; here < accounts; here++) {
    for (const key of all('Credential')) relate(key, 'AUTHENTICATES_AS', pick(random() < 0.8 ? 'ServiceAccount' : 'User'));
    for (const key of all('Session')) relate(key, 'AUTHENTICATES_AS', pick('Role'));
    for (const key of all('Workload')) relate(key, 'RUNS_AS', pick(random() < 0.5 ? 'Role' : 'ServiceAccount'));
    for (const key of all('Pipeline')) relate(pick('Repository'), 'DEFINES', key);
    for (const key of all('Secret')) relate(key, 'EXPOSES', pickPopular('Credential'));
    for (const key of all('Resource')) relate(pickPopular('Scope'), 'CONTAINS', key, random() < 0.3 ? ['control'] : undefined);
    const scopes = all('Scope');
    for (let i = 1; i < scopes.length; i++) relate(scopes[Math.floor(random() * i)]!, 'CONTAINS', scopes[i]!);
  }
  here = 0;
  relate('external:anyone', 'MEMBER_OF', pick('External'));
  relate('external:anyone', 'STEERS', pick('Pipeline'));
  const draws: readonly (readonly [number, () => void])[] = [
    [0.3, () => relate(pick(random() < 0.5 ? 'Role' : 'ServiceAccount'), 'HAS_GRANT', pickPopular('Permission'))],
    [0.14, () => relate(pick('Permission'), 'CAN_READ', pickAbroad('Resource'))],
    [0.05, () => relate(pick('Permission'), 'CAN_WRITE', pick('Resource'))],
    [0.03, () => relate(pick('Permission'), 'CAN_PUT', pickAbroad('Resource'))],
    [0.05, () => relate(pick('Permission'), 'CAN_READ', pickPopular('Secret'))],
    [0.0005, () => relate(pick('Permission'), 'CAN_CONTROL', pickPopular('Scope'))],
    [0.05, () => relate(pick('User'), 'MEMBER_OF', pickPopular('Group'))],
    [0.01, () => relate(pick('Group'), 'HAS_GRANT', pickPopular('Permission'))],
    [0.03, () => relate(pick('Role'), 'CAN_ASSUME', pickPopular('Role'))],
    [0.05, () => relate(pick('External'), 'CAN_ASSUME', pick('Role'))],
    [0.09, () => relate(pick('Pipeline'), 'READS', pickPopular('Secret'))],
    [0.08, () => relate(pick('Workload'), 'USES', pickPopular('Credential'))],
    [0.03, () => relate(pick('Origin'), 'USES', pickPopular('Credential'))],
    [0.05, () => relate(pick('Pipeline'), 'DEPLOYS', pick('Workload'))],
  ];
  const whole = draws.reduce((sum, [share]) => sum + share, 0);
  while (size < relationships) {
    here = Math.floor(random() * accounts);
    let at = random() * whole;
    const draw = draws.find(([share]) => {
      at -= share;
      return at <= 0;
    });
    draw?.[1]();
  }
  return builder.finish();
}
