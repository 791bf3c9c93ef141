import { describe, expect, it } from 'vitest';
import type { PlanInput } from '../../../src/analysis/plan/input.ts';
import { offboarded } from '../../../src/analysis/plan/offboarding.ts';
import { revocationPlan } from '../../../src/analysis/plan/revocation-plan.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS } from '../../../src/model/weights.ts';
import { CASE_NOW, type CaseEntities, caseGraph } from '../case-graph.ts';
import { planProblems } from './replay.ts';

const ANN = 'aws:arn:aws:iam::111122223333:user/ann';
const OWN = 'aws:AKIA0EXAMPLE00001';
const SHARED = 'aws:AKIA0EXAMPLE00002';
const FAR = 'aws:AKIA0EXAMPLE00003';
const BOT = 'aws:arn:aws:iam::111122223333:user/bot';

const entities: CaseEntities = {
  [ANN]: 'User',
  [BOT]: 'ServiceAccount',
  'aws:arn:aws:iam::111122223333:user/other': 'ServiceAccount',
  [OWN]: 'Credential',
  [SHARED]: 'Credential',
  [FAR]: 'Credential',
  'aws:AKIA0EXAMPLE00004': 'Credential state=inactive',
  'permission:ann': 'Permission',
  'permission:bot': 'Permission',
  'secret:shared': 'Secret',
  'secret:far': 'Secret',
  'secret:maybe': 'Secret',
  'aws:AKIA0EXAMPLE00005': 'Credential',
  'app:shop': 'Workload',
};
const relationships = [
  `${OWN} AUTHENTICATES_AS ${ANN} entitled`,
  `aws:AKIA0EXAMPLE00004 AUTHENTICATES_AS ${ANN} entitled`,
  `${ANN} HAS_GRANT permission:ann entitled`,
  'permission:ann CAN_READ secret:shared entitled conditional',
  `secret:shared EXPOSES ${SHARED} declared`,
  `${SHARED} AUTHENTICATES_AS ${BOT} entitled`,
  `${BOT} HAS_GRANT permission:bot entitled`,
  'permission:bot CAN_READ secret:far entitled',
  `secret:far EXPOSES ${FAR} declared`,
  `${FAR} AUTHENTICATES_AS aws:arn:aws:iam::111122223333:user/other entitled`,
  'permission:ann CAN_READ secret:maybe entitled possible',
  'secret:maybe EXPOSES aws:AKIA0EXAMPLE00005 declared',
  `app:shop USES ${SHARED} observed`,
  'app:shop READS secret:shared declared',
];

const planOf = (rest: Partial<PlanInput> & Pick<PlanInput, 'graph' | 'targets'>): Plan => {
  const input: PlanInput = {
    id: 'plan-1',
    mode: 'retire',
    budgets: {},
    weights: DEFAULT_WEIGHTS,
    now: CASE_NOW,
    generation: 7,
    connectorOf: () => 'manual',
    facts: { entity: () => undefined },
    ...rest,
  };
  const plan = revocationPlan(input);
  expect(planProblems(input.graph, plan, input.targets)).toEqual([]);
  return plan;
};
const words = ({ waves }: Plan): string[] =>
  waves.flatMap(({ steps }) => steps.map(({ action, target }) => `${action} ${target}`));

describe('who leaves', () => {
  const graph = caseGraph(entities, relationships);

  it('takes along their own proofs and what they could have read, not what is beyond that, guessed or inactive', () => {
    expect(offboarded(graph, [ANN]).sort()).toEqual([ANN, OWN, SHARED].sort());
  });

  it('is retired without an outage: what others use is replaced, what is theirs alone just goes', () => {
    const steps = words(planOf({ graph, targets: offboarded(graph, [ANN]) }));
    expect(steps).toContain(`issue ${SHARED}`);
    expect(steps).not.toContain(`issue ${OWN}`);
    expect(steps.indexOf(`delete ${OWN}`)).toBeLessThan(steps.indexOf(`delete ${ANN}`));
  });
});

describe('targets that are no proofs', () => {
  it('a host: what it holds, uses, reads and runs as is cut', () => {
    const graph = caseGraph({ ...entities, 'host:1': 'Workload', [BOT]: 'ServiceAccount' }, [
      ...relationships,
      'host:1 READS secret:shared declared',
      `host:1 HOLDS ${FAR} observed`,
      `host:1 RUNS_AS ${BOT} declared`,
    ]);
    const plan = planOf({ graph, targets: ['host:1'], mode: 'contain' });
    for (const one of [SHARED, FAR, BOT]) expect(words(plan)).toContain(`quarantine ${one}`);
    // It still reads the Secret that it mounts: the value in that is worth nothing any more.
    expect(plan.waves.at(-1)!.steps[0]!.reachAfter.lo).toBe(5);
  });

  it('a pod: it is cut off as well where its cluster can', () => {
    const pod = 'k8s:prod/shop/pods/api-0';
    const graph = caseGraph({ [pod]: 'Workload', 'secret:1': 'Secret' }, [`${pod} READS secret:1 declared`]);
    const plan = planOf({ graph, targets: [pod], mode: 'contain' });
    expect(words(plan)[0]).toBe(`quarantine ${pod}`);
    expect([plan.waves[0]!.steps[0]!.reachAfter.hi, plan.refusals]).toEqual([0, []]);
  });

  it('a vendor: each role that trusts it trusts it no more', () => {
    const vendor = 'external:aws/444455556666';
    const roles = ['a', 'b'].map((name) => `aws:arn:aws:iam::111122223333:role/${name}`);
    const graph = caseGraph(
      {
        [vendor]: 'External',
        ...Object.fromEntries(roles.map((role) => [role, 'Role'])),
        'permission:1': 'Permission',
        'aws:arn:aws:s3:::x': 'Resource',
      },
      [
        ...roles.flatMap((role) => [`${vendor} CAN_ASSUME ${role} entitled`, `${role} HAS_GRANT permission:1 entitled`]),
        'permission:1 CAN_READ aws:arn:aws:s3:::x entitled',
      ],
    );
    const plan = planOf({ graph, targets: [vendor], mode: 'contain' });
    expect(plan.waves[0]!.steps.map(({ action, target, for: serves }) => `${action} ${target} ${serves}`).sort()).toEqual(
      roles.map((role) => `block ${role} ${vendor}`),
    );
    expect(plan.waves[0]!.steps[0]!.reachAfter.hi).toBe(0);
  });

  it('a job of a repository: its subject is cut at the role, and not the others that the pattern names', () => {
    const subject = 'external:oidc/token.actions.githubusercontent.com/repo:acme/shop:ref:refs/heads/main';
    const pattern = 'external:oidc/token.actions.githubusercontent.com/repo:acme/*';
    const role = 'aws:arn:aws:iam::111122223333:role/deploy';
    const graph = caseGraph({ 'job:1': 'Pipeline', [subject]: 'External', [pattern]: 'External', [role]: 'Role' }, [
      `job:1 RUNS_AS ${subject} declared`,
      `${subject} MEMBER_OF ${pattern} inferred`,
      `${pattern} CAN_ASSUME ${role} entitled`,
    ]);
    const plan = planOf({ graph, targets: ['job:1'], mode: 'contain' });
    const [step] = plan.waves[0]!.steps;
    expect([step!.action, step!.target, step!.cuts]).toEqual([
      'block',
      role,
      [{ source: subject, kind: 'MEMBER_OF', target: pattern }],
    ]);
  });
});
