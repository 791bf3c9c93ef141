/** Seeded AWS estates with what plans must respect: keys that make keys, sessions, two keys of a user, fallbacks, leaks, strangers. */
import fc from 'fast-check';
import { type AccessGraph, buildAccessGraph, type GraphInput } from '../../../src/graph/access-graph.ts';

const ACCOUNT = '111122223333';
export const ESTATE_NOW = '2026-03-01T00:00:00.000Z';
export const userKey = (one: number): string => `aws:arn:aws:iam::${ACCOUNT}:user/svc-${one}`;
export const roleKey = (one: number): string => `aws:arn:aws:iam::${ACCOUNT}:role/job-${one}`;
export const accessKey = (one: number, number = 0): string => `aws:AKIA0EXAMPLE00${number}0${one}`;
export const sessionKey = (one: number): string => `aws:ASIA0EXAMPLE0000${one}`;

type Line = GraphInput['relationships'] extends Iterable<infer R> ? R : never;

export interface Estate {
  readonly graph: AccessGraph;
  readonly keys: readonly string[];
}

const USERS = 5;
const ROLES = 2;
const BUCKETS = 4;
const user = fc.record({
  keys: fc.constantFrom(1, 1, 2),
  isInactive: fc.constantFrom(false, false, false, false, true),
  reads: fc.uniqueArray(fc.nat({ max: BUCKETS - 1 }), { maxLength: 2 }),
  makesKeysFor: fc.uniqueArray(fc.nat({ max: USERS - 1 }), { maxLength: 2 }),
  assumes: fc.uniqueArray(fc.nat({ max: ROLES - 1 }), { maxLength: 1 }),
  minted: fc.option(fc.nat({ max: USERS - 1 }), { nil: undefined, freq: 3 }),
  consumers: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 2 }),
  hasOrigin: fc.boolean(),
  leaksKeyOf: fc.option(fc.nat({ max: USERS - 1 }), { nil: undefined, freq: 3 }),
});
const role = fc.record({
  reads: fc.uniqueArray(fc.nat({ max: BUCKETS - 1 }), { maxLength: 3 }),
  makesKeysFor: fc.uniqueArray(fc.nat({ max: USERS - 1 }), { maxLength: 1 }),
  isAdmin: fc.constantFrom(false, false, false, true),
});

export const estates: fc.Arbitrary<Estate> = fc
  .record({
    users: fc.array(user, { minLength: USERS, maxLength: USERS }),
    roles: fc.array(role, { minLength: ROLES, maxLength: ROLES }),
    tiers: fc.array(fc.constantFrom(0, 1, 2, 3, undefined), { minLength: BUCKETS, maxLength: BUCKETS }),
    certainty: fc.constantFrom('definite' as const, 'possible' as const),
  })
  .map(estateOf);

type ValueOf<A> = A extends fc.Arbitrary<infer V> ? V : never;
interface Drawn {
  readonly users: readonly ValueOf<typeof user>[];
  readonly roles: readonly ValueOf<typeof role>[];
  readonly tiers: readonly (0 | 1 | 2 | 3 | undefined)[];
  readonly certainty: 'definite' | 'possible';
}

function estateOf({ users, roles, tiers, certainty }: Drawn): Estate {
  const entities: (GraphInput['entities'] extends Iterable<infer E> ? E : never)[] = [
    { key: 'external:anyone', kind: 'External' },
    { key: `aws:account/${ACCOUNT}`, kind: 'Scope' },
    ...tiers.map((tier, i) => ({
      key: `aws:arn:aws:s3:::bucket-${i}`,
      kind: 'Resource' as const,
      ...(tier !== undefined && { tier }),
    })),
    ...[0, 1, 2, 3].map((i) => ({ key: `app:worker-${i}`, kind: 'Workload' as const })),
    { key: 'origin:198.51.100.7/aws-cli', kind: 'Origin' },
    ...roles.map((_, i) => ({ key: roleKey(i), kind: 'Role' as const })),
    ...[...users, ...roles].map((_, i) => ({ key: `permission:${i}`, kind: 'Permission' as const })),
  ];
  const lines: Line[] = [];
  const add = (source: string, kind: Line['kind'], target: string, rest: Partial<Line> = {}): void => {
    lines.push({ source, kind, target, basis: 'entitled', certainty: 'definite', ...rest });
  };
  const keys: string[] = [];
  users.forEach((one, i) => {
    entities.push({ key: userKey(i), kind: 'ServiceAccount' });
    for (let number = 0; number < one.keys; number++) {
      const key = accessKey(i, number);
      keys.push(key);
      entities.push({ key, kind: 'Credential', state: number === 1 && one.isInactive ? 'inactive' : 'active' });
      add(key, 'AUTHENTICATES_AS', userKey(i));
    }
    add(`aws:account/${ACCOUNT}`, 'CONTAINS', userKey(i));
    grants(i, userKey(i), one);
    for (const other of one.assumes) {
      add(userKey(i), 'CAN_ASSUME', roleKey(other));
      entities.push({ key: sessionKey(i), kind: 'Session', expiresAt: '2026-03-01T09:00:00.000Z' });
      add(sessionKey(i), 'AUTHENTICATES_AS', roleKey(other));
      add(accessKey(i), 'MINTED', sessionKey(i), { basis: 'observed', certainty });
    }
    if (one.minted !== undefined && one.minted !== i)
      add(accessKey(i), 'MINTED', accessKey(one.minted), { basis: 'observed', certainty: 'possible' });
    one.consumers.forEach((consumer, number) => {
      const isSpare = number === 1;
      add(`app:worker-${consumer}`, 'USES', accessKey(i), {
        basis: 'declared',
        alternative: { group: 'aws', option: isSpare ? `spare-${i}` : `main-${i % 2}` },
      });
    });
    if (one.hasOrigin) add('origin:198.51.100.7/aws-cli', 'USES', accessKey(i), { basis: 'observed', uses: 3 });
    if (one.leaksKeyOf !== undefined && one.leaksKeyOf !== i) {
      entities.push({ key: `aws:arn:aws:ssm:::parameter/p-${i}`, kind: 'Secret' });
      add(`permission:${i}`, 'CAN_READ', `aws:arn:aws:ssm:::parameter/p-${i}`);
      add(`aws:arn:aws:ssm:::parameter/p-${i}`, 'EXPOSES', accessKey(one.leaksKeyOf));
    }
  });
  roles.forEach((one, i) => {
    grants(users.length + i, roleKey(i), one);
    if (one.isAdmin) add(`permission:${users.length + i}`, 'CAN_CONTROL', `aws:account/${ACCOUNT}`);
  });
  function grants(number: number, identity: string, one: { reads: readonly number[]; makesKeysFor: readonly number[] }): void {
    add(identity, 'HAS_GRANT', `permission:${number}`);
    for (const bucket of one.reads) add(`permission:${number}`, 'CAN_READ', `aws:arn:aws:s3:::bucket-${bucket}`);
    for (const other of one.makesKeysFor)
      if (userKey(other) !== identity) add(`permission:${number}`, 'CAN_CONTROL', userKey(other));
  }
  return { graph: buildAccessGraph({ generation: 1, now: ESTATE_NOW, entities, relationships: lines }), keys };
}
