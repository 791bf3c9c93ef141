/** Every path: exactly its permissions reach the account, and without any one of them they do not. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { WORKLOAD_PATHS } from '../../../src/collectors/aws/escalation/existing-workload-paths.ts';
import { PASS_ROLE_PATHS } from '../../../src/collectors/aws/escalation/pass-role-paths.ts';
import { arnOfSubject, controlOf, policyOfSubject, type Subject, typesWithThings } from './escalation-estate.ts';
import { type Grant, iam } from './sample.ts';

const PASS = 'iam:PassRole';

interface Case {
  readonly id: string;
  readonly actions: readonly string[];
  readonly kind?: Subject['kind'];
  readonly managed?: boolean;
  /** What an action is allowed on; everything where nothing is said. */
  readonly on?: (action: string, subject: Subject) => string;
}

/** The case itself, and one for each action that is left out. */
function variants(one: Case): { subject: Subject; left: string | undefined; actions: readonly string[] }[] {
  const actions = [...new Set(one.actions)];
  return [undefined, ...actions].map((left, n) => {
    const rest = actions.filter((action) => action !== left);
    const subject: Subject = {
      name: `${one.id}-${n}`,
      kind: one.kind ?? 'user',
      ...(one.managed && { managed: true }),
      grants: [],
    };
    const grants = rest.map((action): Grant => ({ Action: action, Resource: one.on?.(action, subject) ?? '*' }));
    return { subject: { ...subject, grants: [{ Action: 's3:ListAllMyBuckets' }, ...grants] }, left, actions: rest };
  });
}

interface Judged {
  readonly id: string;
  readonly left: string | undefined;
  readonly actions: readonly string[];
  readonly answer: string;
}

async function judged(cases: readonly Case[]): Promise<Judged[]> {
  const all = cases.flatMap((one) => variants(one).map((variant) => ({ id: one.id, ...variant })));
  const answers = await controlOf(all.map((one) => one.subject));
  return all.map(({ id, left, actions, subject }) => ({ id, left, actions, answer: answers.get(subject.name) as string }));
}

const holds = (actions: readonly string[], needed: readonly string[]): boolean => needed.every((one) => actions.includes(one));

function rowsOfTables(): Case[] {
  const passes: Case[] = PASS_ROLE_PATHS.map(({ id, steps }) => ({
    id,
    actions: [PASS, ...steps.flatMap((step) => step.actions)],
  }));
  const workloads: Case[] = WORKLOAD_PATHS.filter(({ id }) => id !== 'eks-access-entry').map(({ id, actions, also = [] }) => ({
    id,
    actions: [...actions, ...also.map((need) => need.action)],
  }));
  return [...passes, ...workloads];
}

describe('each row of the tables', () => {
  const cases = rowsOfTables();
  let found: Judged[] = [];
  beforeAll(async () => {
    found = await judged(cases);
  });

  it('has a thing of each type that it needs', () => {
    const types = [
      ...WORKLOAD_PATHS.flatMap((row) => row.types),
      ...PASS_ROLE_PATHS.flatMap((row) => row.steps.flatMap((step) => ('existing' in step ? step.existing : []))),
    ];
    expect(types.filter((type) => !typesWithThings.has(type) && type !== 'AWS::BedrockAgentCore::CodeInterpreter')).toEqual([]);
  });

  it('reaches the account with exactly its permissions', () => {
    expect(found.filter(({ left, answer }) => left === undefined && answer === 'no').map(({ id }) => id)).toEqual([]);
  });

  it('reaches nothing without any one of them, unless the rest is what another row needs', () => {
    const wrong = found.filter(
      ({ left, actions, answer }) =>
        left !== undefined && answer !== 'no' && !cases.some((other) => holds(actions, other.actions)),
    );
    expect(wrong.map(({ id, left, answer }) => `${id} without ${left}: ${answer}`)).toEqual([]);
  });
});

const LIST = '../shared/fixtures/aws/pathfinding-cloud/paths-summary.json';

interface PublishedPath {
  readonly id: string;
  readonly permissions: { readonly required: readonly { readonly permission: string; readonly resourceConstraints?: string }[] };
}

/** Where a path speaks of one target, the permissions are on it alone. */
const TARGETS: Readonly<Record<string, Omit<Case, 'id' | 'actions'>>> = {
  'iam-001': { managed: true, on: (_, subject) => policyOfSubject(subject) },
  'iam-002': { on: () => iam('user/admin') },
  'iam-003': { on: () => iam('user/admin-full') },
  'iam-004': { on: () => iam('user/admin') },
  'iam-005': { kind: 'role', on: (_, subject) => arnOfSubject(subject) },
  'iam-006': { on: () => iam('user/admin') },
  'iam-007': { on: (_, subject) => arnOfSubject(subject) },
  'iam-008': { on: (_, subject) => arnOfSubject(subject) },
  'iam-009': { kind: 'role', on: (_, subject) => arnOfSubject(subject) },
  'iam-010': { on: () => iam('group/joined') },
  'iam-011': { on: () => iam('group/joined') },
  'iam-012': { on: () => iam('role/closed-admin') },
  'iam-013': { on: () => iam('group/admins') },
  'iam-014': { on: () => iam('role/open') },
  'iam-015': { on: () => iam('user/low') },
  'iam-016': { on: (action) => (action.startsWith('sts:') ? iam('role/open') : iam('policy/of-open')) },
  'iam-017': { on: () => iam('role/open') },
  'iam-018': { on: () => iam('user/low') },
  'iam-019': { on: () => iam('role/closed') },
  'iam-020': { on: (action) => (action.endsWith('AssumeRolePolicy') ? iam('role/closed') : iam('policy/of-closed')) },
  'iam-021': { on: () => iam('role/closed') },
  'sts-001': { on: () => iam('role/open-admin') },
};

/** Some permissions only help to find the target. */
const isNeeded = ({ resourceConstraints = '' }: PublishedPath['permissions']['required'][number]): boolean =>
  !/^None\b/.test(resourceConstraints);

describe.skipIf(!existsSync(LIST))(
  `the published list of paths (${existsSync(LIST) ? 'present' : `skipped: no ${LIST}`})`,
  () => {
    let cases: Case[] = [];
    let found: Judged[] = [];
    beforeAll(async () => {
      const published = JSON.parse(readFileSync(LIST, 'utf8')) as readonly PublishedPath[];
      cases = published.map(({ id, permissions }) => ({
        id,
        actions: permissions.required.filter(isNeeded).map((one) => one.permission),
        ...TARGETS[id],
      }));
      found = await judged(cases);
    });

    it('has an edge for each path', () => {
      expect(cases.length).toBeGreaterThan(60);
      expect(found.filter(({ left, answer }) => left === undefined && answer === 'no').map(({ id }) => id)).toEqual([]);
    });

    it('has none without any one of its permissions, unless the rest is a path itself', () => {
      const others = [...cases, ...rowsOfTables()];
      const wrong = found.filter(
        ({ id, left, actions, answer }) =>
          left !== undefined && answer !== 'no' && (TARGETS[id] || !others.some((other) => holds(actions, other.actions))),
      );
      expect(wrong.map(({ id, left, answer }) => `${id} without ${left}: ${answer}`)).toEqual([]);
    });
  },
);
