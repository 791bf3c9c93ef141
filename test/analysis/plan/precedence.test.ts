/** The rules of `contain` that need more than a graph: configured enforcers, logs, what this program works by. */
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/model/plan.ts';
import { type Asked, inOrganization, KEY, planOf, ROLE, SINCE, stepsOf, USER, words } from './asked-plan.ts';

it('cuts what an enforcer can cut without waiting for evidence that a person saves', () => {
  const role = 'postgres:db/roles/shop';
  const plan = (connectors: Readonly<Record<string, string>>) =>
    planOf({
      targets: [KEY, role],
      entities: { [KEY]: 'Credential', [USER]: 'ServiceAccount', [role]: 'ServiceAccount', 'aws:arn:aws:s3:::b': 'Resource' },
      relationships: [`${KEY} AUTHENTICATES_AS ${USER} entitled`, `${USER} CAN_READ aws:arn:aws:s3:::b entitled`],
      connectorOf: (key) => connectors[key.split(':', 1)[0]!] ?? 'manual',
    });
  const saved = `save ${role}`;
  const cut = `quarantine ${role}`;
  const switchedOff = `quarantine ${KEY}`;
  expect(words(plan({ aws: 'cloud' })).slice(0, 2)).toEqual([[switchedOff, saved], [cut]]);
  for (const connectors of [{ aws: 'cloud', postgres: 'db' }, {}])
    expect(words(plan(connectors)).slice(0, 2)).toEqual([[saved], [switchedOff, cut].sort()]);
  const [save] = stepsOf(plan({})).filter(({ action }) => action === 'save');
  expect(save!.continue).toBe(true);
});

describe('rule 2: a key that can issue itself another', () => {
  const asked: Asked = {
    entities: { [KEY]: 'Credential', [USER]: 'ServiceAccount', 'permission:1': 'Permission' },
    relationships: [
      `${KEY} AUTHENTICATES_AS ${USER} entitled`,
      `${USER} HAS_GRANT permission:1 entitled`,
      `permission:1 CAN_CONTROL ${USER} entitled`,
    ],
  };

  it('is denied first by a control that it cannot edit, where an enforcer has one; a refusal of that does not stop the plan', () => {
    const plan = planOf({ ...asked, connectorOf: () => 'prod-aws', facts: inOrganization });
    expect(words(plan)[0]).toEqual([`quarantine ${USER}`]);
    expect(words(plan)[1]).toContain(`quarantine ${KEY}`);
    const [outer] = plan.waves[0]!.steps;
    expect([outer!.parameters['control'], outer!.continue, outer!.for]).toEqual(['service-control-policy', true, KEY]);
  });

  it.each([
    ['there is no enforcer for one', {}],
    ['its account is in no organization that is known', { connectorOf: () => 'prod-aws' }],
  ])('is cut now and read again where %s', (_, more) => {
    const plan = planOf({ ...asked, ...more });
    expect(words(plan)[0]).toContain(`quarantine ${KEY}`);
    expect(stepsOf(plan).some(({ parameters }) => parameters['control'] === 'service-control-policy')).toBe(false);
    expect(stepsOf(plan).find(({ target }) => target === KEY)?.probe).toContain('10 s, 60 s and 5 min');
  });

  it('keeps within its budget: what else the identity serves may not stop', () => {
    const other = 'aws:AKIA0EXAMPLE00002';
    const plan = planOf({
      entities: { ...asked.entities, [other]: 'Credential', 'app:pay': 'Workload' },
      relationships: [
        ...asked.relationships,
        `${other} AUTHENTICATES_AS ${USER} entitled`,
        `app:pay USES ${other} declared`,
        `app:pay RUNS_AS ${USER} declared`,
      ],
      budgets: { down: 0 },
      connectorOf: () => 'prod-aws',
      facts: inOrganization,
    });
    expect(stepsOf(plan).some(({ target }) => target === USER)).toBe(false);
  });
});

describe('rule 4: what would put back what a step takes away', () => {
  const job = 'github:acme/infra/.github/workflows/apply.yml#apply';

  it('is paused in the same wave, by its literal command, where its identity was seen at work on the target', () => {
    const plan = planOf({
      targets: [USER],
      entities: { [USER]: 'ServiceAccount', [ROLE]: 'Role', [job]: 'Pipeline' },
      relationships: [`${job} RUNS_AS ${ROLE} declared`, `${ROLE} ACCESSED ${USER} observed`],
    });
    expect(words(plan)[0]).toEqual([`quarantine ${USER}`, `reduce ${job}`]);
    expect(stepsOf(plan).find(({ target }) => target === job)?.commands.apply).toBe(
      "gh workflow disable 'apply.yml' --repo 'acme/infra'",
    );
  });

  it('is named where no command is known', () => {
    const account = 'k8s:prod/shop/serviceaccounts/api';
    const plan = planOf({
      targets: [account],
      entities: { [account]: 'ServiceAccount', 'k8s:prod/shop/deployments/api': 'Workload', 'argo:shop': 'Pipeline' },
      relationships: [
        `k8s:prod/shop/deployments/api RUNS_AS ${account} declared`,
        'argo:shop DEPLOYS k8s:prod/shop/deployments/api declared',
      ],
    });
    const pause = stepsOf(plan).find(({ target }) => target === 'argo:shop');
    expect([pause?.action, pause?.reversibility, pause?.why]).toEqual(['reduce', 'R0', expect.stringContaining(account)]);
  });

  it('is left alone where it has nothing to do with the target', () => {
    const plan = planOf({
      entities: { [KEY]: 'Credential', [USER]: 'ServiceAccount', [job]: 'Pipeline', [ROLE]: 'Role' },
      relationships: [`${KEY} AUTHENTICATES_AS ${USER} entitled`, `${job} RUNS_AS ${ROLE} declared`],
    });
    expect(words(plan)).toEqual([[`quarantine ${KEY}`], [`notify ${KEY}`]]);
  });
});

describe('rule 7: the lifeline', () => {
  const asked: Asked = {
    entities: { [KEY]: 'Credential', [USER]: 'ServiceAccount', 'aws:AKIA0EXAMPLE00002': 'Credential', [ROLE]: 'Role' },
    relationships: [`${KEY} AUTHENTICATES_AS ${USER} entitled`],
  };

  it('no step ends the last proof of what interlock works by', () => {
    const plan = planOf({ ...asked, lifeline: { self: [USER], breakGlass: [] } });
    expect(plan.waves).toEqual([]);
    expect(plan.refusals.map(({ target, rule }) => `${target} ${rule}`)).toEqual([`${KEY} 7: lifeline`]);
    expect(plan.refusals[0]!.reason).toContain('interlock itself works by');
  });

  it('a second proof that lives is enough', () => {
    const plan = planOf({
      ...asked,
      relationships: [...asked.relationships, `aws:AKIA0EXAMPLE00002 AUTHENTICATES_AS ${USER} entitled`],
      lifeline: { self: [USER], breakGlass: [] },
    });
    expect(words(plan)[0]).toEqual([`quarantine ${KEY}`]);
  });

  it('two steps may not end together what neither ends alone', () => {
    const other = 'aws:AKIA0EXAMPLE00002';
    const plan = planOf({
      ...asked,
      targets: [KEY, other],
      relationships: [...asked.relationships, `${other} AUTHENTICATES_AS ${USER} entitled`],
      lifeline: { self: [], breakGlass: [USER] },
    });
    expect(words(plan)[0]).toHaveLength(1);
    expect(plan.refusals).toHaveLength(1);
  });

  it('a step that takes away our way to another target comes after that one', () => {
    const plan = planOf({
      targets: [ROLE, KEY],
      entities: {
        ...asked.entities,
        'aws:arn:aws:iam::111122223333:role/self': 'Role',
        'permission:1': 'Permission',
        'secret:1': 'Secret',
      },
      relationships: [
        ...asked.relationships,
        `aws:arn:aws:iam::111122223333:role/self CAN_ASSUME ${ROLE} entitled`,
        `${ROLE} HAS_GRANT permission:1 entitled`,
        'permission:1 CAN_READ secret:1 entitled',
        `secret:1 EXPOSES ${KEY} declared`,
      ],
      lifeline: { self: ['aws:arn:aws:iam::111122223333:role/self'], breakGlass: [] },
    });
    const wave = (target: string): number => plan.waves.findIndex(({ steps }) => steps.some((step) => step.target === target));
    expect(wave(KEY)).toBeLessThan(wave(ROLE));
  });

  const role = (name: string): string => `aws:arn:aws:iam::111122223333:role/${name}`;
  const session = (name: string): string => `aws:arn:aws:sts::111122223333:assumed-role/${name}/s`;

  it('leaves no session cut in vain whose minter it spares, and says so', () => {
    const plan = planOf({
      entities: {
        ...asked.entities,
        [role('admin')]: 'Role',
        [session('deploy')]: 'Session',
        [session('admin')]: 'Session',
      },
      relationships: [
        ...asked.relationships,
        `${KEY} MINTED ${session('deploy')} observed`,
        `${session('deploy')} AUTHENTICATES_AS ${ROLE} observed`,
        `${session('deploy')} MINTED ${session('admin')} observed`,
        `${session('admin')} AUTHENTICATES_AS ${role('admin')} observed`,
      ],
      lifeline: { self: [session('deploy')], breakGlass: [] },
    });
    expect(words(plan)[0]).toEqual([`quarantine ${KEY}`]);
    expect(plan.refusals.map(({ target, rule }) => `${target} ${rule}`)).toEqual([
      `${session('admin')} 3: stop minting first`,
      `${session('deploy')} 7: lifeline`,
    ]);
    expect(plan.refusals[0]!.reason).toContain(`${session('deploy')} can make it again`);
  });

  it('cuts nothing in vain that what it spares can make again, and says so', () => {
    const [own, ours] = ['aws:AKIA0EXAMPLE00009', 'aws:arn:aws:iam::111122223333:user/interlock'];
    const plan = planOf({
      entities: {
        ...asked.entities,
        [own]: 'Credential',
        [ours]: 'ServiceAccount',
        'permission:1': 'Permission',
        'permission:2': 'Permission',
        s: 'Secret',
      },
      relationships: [
        ...asked.relationships,
        `${USER} HAS_GRANT permission:1 entitled`,
        'permission:1 CAN_READ s entitled',
        `s EXPOSES ${own} entitled`,
        `${own} AUTHENTICATES_AS ${ours} entitled`,
        `${ours} HAS_GRANT permission:2 entitled`,
        `permission:2 CAN_CONTROL ${USER} entitled`,
      ],
      lifeline: { self: [ours], breakGlass: [] },
    });
    expect(plan.waves).toEqual([]);
    expect(plan.refusals.map(({ target, rule }) => `${target} ${rule}`)).toEqual([`${KEY} 4: re-creation`, `${own} 7: lifeline`]);
  });

  it('is told of break-glass that would not work', () => {
    const plan = planOf({
      ...asked,
      entities: { ...asked.entities, [ROLE]: 'Role state=inactive' },
      lifeline: { self: [], breakGlass: [ROLE] },
    });
    expect(plan.refusals.map(({ target, rule }) => `${target} ${rule}`)).toEqual([`${ROLE} 7: lifeline`]);
    expect(words(plan)[0]).toEqual([`quarantine ${KEY}`]);
  });
});

describe('rule 3: an identity that several roles trust, of which the budget spares one', () => {
  const EXT = 'external:oidc/token.actions.githubusercontent.com/repo:o/r:ref:refs/heads/main';
  const [other, session] = ['aws:arn:aws:iam::111122223333:role/admin', 'aws:arn:aws:sts::111122223333:assumed-role/x/s'];
  const plan = (spared: string, free: string, minted: string) =>
    planOf({
      targets: [EXT],
      budgets: { down: 0 },
      entities: {
        [EXT]: 'External',
        [ROLE]: 'Role',
        [other]: 'Role',
        [session]: 'Session',
        job: 'Workload',
        'aws:arn:aws:s3:::b': 'Resource',
        'aws:arn:aws:s3:::c': 'Resource',
      },
      relationships: [
        `${EXT} CAN_ASSUME ${spared} observed`,
        `${EXT} CAN_ASSUME ${free} entitled`,
        `${EXT} MINTED ${session} observed`,
        `${session} AUTHENTICATES_AS ${minted} observed`,
        `job RUNS_AS ${EXT} declared`,
        'job ACCESSED aws:arn:aws:s3:::b observed',
        `${spared} CAN_WRITE aws:arn:aws:s3:::b entitled`,
        `${free} CAN_WRITE aws:arn:aws:s3:::c entitled`,
      ],
      connectorOf: () => 'prod-aws',
    });

  it.each([
    [ROLE, other],
    [other, ROLE],
  ])('cuts no session of %s, which it may go on assuming', (spared, free) => {
    expect(stepsOf(plan(spared, free, spared)).map(({ target }) => target)).not.toContain(session);
    expect(plan(spared, free, spared).refusals.map(({ target, rule }) => `${target} ${rule}`)).toContain(
      `${session} 3: stop minting first`,
    );
  });

  it.each([
    [ROLE, other],
    [other, ROLE],
  ])('where %s is spared, cuts the sessions of the role at which it is cut', (spared, free) => {
    expect(words(plan(spared, free, free))[1]).toEqual([`quarantine ${session}`]);
  });
});

describe('rule 9: persistence', () => {
  const EVE = 'aws:arn:aws:iam::111122223333:user/eve';
  const changes = [
    { action: 'iam:CreateUser', at: '2026-02-28T12:00:00.000Z', by: USER, credential: KEY },
    { action: 'iam:UpdateAssumeRolePolicy', at: '2026-02-28T13:00:00.000Z', by: USER, credential: KEY },
  ];
  const asked: Asked = {
    entities: { [KEY]: 'Credential', [USER]: 'ServiceAccount', [EVE]: 'User', [ROLE]: 'Role' },
    relationships: [
      `${KEY} AUTHENTICATES_AS ${USER} entitled`,
      `${USER} ACCESSED ${EVE} observed`,
      `${USER} ACCESSED ${ROLE} observed`,
    ],
    since: SINCE,
    facts: {
      relationship: ({ target }) => ({
        firstSeen: SINCE,
        lastUsed: '2026-02-28T13:00:00.000Z',
        properties: { credentials: [KEY], changes: changes.filter((_, i) => (target === EVE ? i === 0 : i === 1)) },
      }),
    },
  };

  it('an identity that the targets made joins what is cut; what else they changed is listed in the sweep', () => {
    const plan = planOf(asked);
    expect(words(plan)).toEqual([[`quarantine ${KEY}`, `quarantine ${EVE}`].sort(), [`notify ${KEY}`]]);
    const sweep = stepsOf(plan).find(({ action }) => action === 'notify');
    expect(sweep?.parameters['changes']).toEqual([`iam:UpdateAssumeRolePolicy ${ROLE}`]);
    expect(sweep?.commands.apply).toContain(`iam:UpdateAssumeRolePolicy ${ROLE}`);
    expect(sweep?.commands.apply).toContain('aws iam list-roles');
  });

  it('nothing that was made before the incident', () => {
    expect(words(planOf({ ...asked, since: '2026-02-28T12:30:00.000Z' }))[0]).toEqual([`quarantine ${KEY}`]);
  });
});

describe('who must agree', () => {
  const asked: Asked = {
    entities: { [KEY]: 'Credential', [USER]: 'ServiceAccount', 'leak:a': 'Credential', 'leak:b': 'Credential' },
    relationships: [`${KEY} AUTHENTICATES_AS ${USER} entitled`],
  };
  const approvals = (plan: Plan, target: string) => stepsOf(plan).find((step) => step.target === target)?.approvals;

  it('two people where it is in doubt who uses the credential', () => {
    const limits = { ambiguityBits: 1 };
    expect(approvals(planOf({ ...asked, limits: { ...limits, doubtOf: () => 1.5 } }), KEY)).toBe(2);
    expect(approvals(planOf({ ...asked, limits: { ...limits, doubtOf: () => 1 } }), KEY)).toBe(0);
  });

  it('three where more cannot be undone than the budget says', () => {
    const targets = ['leak:a', 'leak:b'];
    expect(approvals(planOf({ ...asked, targets }), 'leak:a')).toBe(2);
    expect(approvals(planOf({ ...asked, targets, limits: { irreversible: 1 } }), 'leak:a')).toBe(3);
    expect(approvals(planOf({ ...asked, targets, limits: { irreversible: 2 } }), 'leak:a')).toBe(2);
  });
});
