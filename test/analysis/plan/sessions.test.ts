/** Rule 3 and rule 10 of `contain`: what mints, what is minted, and who trusts it. */
import { describe, expect, it } from 'vitest';
import { type Asked, KEY, planOf, ROLE, SINCE, stepsOf, USER, words } from './asked-plan.ts';

describe('rule 3: a session of the incident that outlives its key', () => {
  const SESSION = 'aws:ASIA0EXAMPLE00001';
  const asked: Asked = {
    entities: {
      [KEY]: 'Credential',
      [USER]: 'ServiceAccount',
      [SESSION]: 'Session',
      [ROLE]: 'Role',
      'permission:1': 'Permission',
      'aws:arn:aws:s3:::shop': 'Resource tier=0',
    },
    relationships: [
      `${KEY} AUTHENTICATES_AS ${USER} entitled`,
      `${KEY} MINTED ${SESSION} observed`,
      `${SESSION} AUTHENTICATES_AS ${ROLE} observed`,
      `${ROLE} HAS_GRANT permission:1 entitled`,
      'permission:1 CAN_READ aws:arn:aws:s3:::shop entitled',
    ],
    since: SINCE,
    facts: { relationship: () => ({ firstSeen: '2026-02-28T12:00:00.000Z' }) },
  };

  it('is cut at once, and once more by the same control when minting has stopped', () => {
    const plan = planOf(asked);
    expect(words(plan)).toEqual([[`quarantine ${KEY}`, `quarantine ${SESSION}`], [`quarantine ${SESSION}`], [`notify ${KEY}`]]);
    const [first, last] = stepsOf(plan).filter(({ target }) => target === SESSION);
    expect(first!.id).not.toBe(last!.id);
    expect([first!.parameters, first!.needs]).toEqual([last!.parameters, []]);
    expect(last!.needs).toEqual([stepsOf(plan).find(({ target }) => target === KEY)!.id]);
  });

  it('is cut at once also where a person has to save evidence of another system', () => {
    const role = 'postgres:db/roles/shop';
    const plan = planOf({
      ...asked,
      targets: [KEY, role],
      entities: { ...asked.entities, [role]: 'ServiceAccount' },
      connectorOf: (key) => (key.startsWith('aws:') ? 'cloud' : 'manual'),
    });
    expect(words(plan)[0]).toEqual([`quarantine ${KEY}`, `quarantine ${SESSION}`, `save ${role}`]);
  });

  it('is cut once where nothing is gained by being early, or where it may be a rightful one', () => {
    const idle = { ...asked, relationships: asked.relationships.filter((line) => !line.includes('CAN_READ')) };
    const last = [[`quarantine ${KEY}`], [`quarantine ${SESSION}`], [`notify ${KEY}`]];
    expect(words(planOf(idle))).toEqual(last);
    const { since: _, ...unknown } = asked;
    expect(words(planOf(unknown))).toEqual(last);
  });

  it('is planned the same whenever it is asked', () => {
    const later = '2026-03-20T00:00:00.000Z';
    expect(planOf({ ...asked, now: later }).hash).toBe(planOf(asked).hash);
  });
});

describe('rule 3: an issuer that is not ours', () => {
  const SUBJECT = 'external:oidc/token.actions.githubusercontent.com/repo:acme/shop:ref:refs/heads/main';
  const PATTERN = 'external:oidc/token.actions.githubusercontent.com/repo:acme/shop:*';
  const LOGIN = 'vault:main/auth/jwt/role/ci';
  const asked: Asked = {
    targets: [SUBJECT],
    entities: {
      [SUBJECT]: 'External',
      [PATTERN]: 'External',
      [ROLE]: 'Role',
      [LOGIN]: 'Role',
      'permission:1': 'Permission',
      'aws:arn:aws:s3:::shop': 'Resource tier=0',
    },
    relationships: [
      `${SUBJECT} MEMBER_OF ${PATTERN} inferred`,
      `${PATTERN} CAN_ASSUME ${ROLE} entitled`,
      `${SUBJECT} CAN_ASSUME ${LOGIN} entitled`,
      `${ROLE} HAS_GRANT permission:1 entitled`,
      'permission:1 CAN_READ aws:arn:aws:s3:::shop entitled',
    ],
    connectorOf: (key: string, { byHand }: { byHand?: true }) =>
      byHand ? 'manual' : key.startsWith('vault:') ? 'vault' : 'prod-aws',
  };

  it('is cut where it is trusted: in the trust policy of the AWS role, and at the login role of Vault', () => {
    const plan = planOf(asked);
    expect(words(plan)[0]).toEqual([`block ${ROLE}`, `quarantine ${LOGIN}`]);
    const [atAws, atVault] = [ROLE, LOGIN].map((target) => stepsOf(plan).find((step) => step.target === target)!);
    expect([atAws!.connector, atAws!.parameters]).toEqual([
      'prod-aws',
      expect.objectContaining({ control: 'trust-policy', subjects: ['repo:acme/shop:ref:refs/heads/main'] }),
    ]);
    expect([atVault!.connector, atVault!.parameters]).toEqual(['vault', { what: 'role', mount: 'jwt', role: 'ci' }]);
    expect(atVault!.why).toContain('everybody else who logs in by this role');
    expect(plan.waves[0]!.steps[0]!.reachAfter.hi).toBe(0);
  });

  it('is left to a person at a system that has no such control, and to the others not', () => {
    const other = 'gcp:projects/shop/serviceAccounts/ci';
    const plan = planOf({
      ...asked,
      entities: { ...asked.entities, [other]: 'ServiceAccount' },
      relationships: [...asked.relationships, `${SUBJECT} CAN_ASSUME ${other} entitled`],
    });
    expect(stepsOf(plan).find(({ target }) => target === other)).toMatchObject({ action: 'block', connector: 'manual' });
    expect(words(plan)[0]).toContain(`block ${ROLE}`);
  });

  it('its sessions are cut after the trust of each role is gone', () => {
    const session = 'aws:ASIA0EXAMPLE00001';
    const plan = planOf({
      ...asked,
      entities: { ...asked.entities, [session]: 'Session' },
      relationships: [
        ...asked.relationships,
        `${SUBJECT} MINTED ${session} observed`,
        `${session} AUTHENTICATES_AS ${ROLE} observed`,
      ],
    });
    const last = stepsOf(plan)
      .filter(({ target }) => target === session)
      .at(-1)!;
    const trusts = stepsOf(plan).filter(({ for: serves }) => serves === SUBJECT);
    expect(last.needs).toEqual(expect.arrayContaining(trusts.filter(({ target }) => target !== session).map(({ id }) => id)));
  });

  it('a service account that a cloud trusts is cut in its cluster and at the cloud, whose issuer may have a path', () => {
    const account = 'k8s:prod/shop/serviceaccounts/api';
    const subject = 'external:oidc/oidc.eks.eu-west-1.amazonaws.com/id/AB12/system:serviceaccount:shop:api';
    const plan = planOf({
      ...asked,
      targets: [account],
      entities: { ...asked.entities, [account]: 'ServiceAccount', [subject]: 'External' },
      relationships: [
        ...asked.relationships,
        `${account} MEMBER_OF ${subject} inferred`,
        `${subject} CAN_ASSUME ${ROLE} entitled`,
      ],
    });
    expect(words(plan)[0]).toEqual([`block ${ROLE}`, `quarantine ${account}`]);
    expect(stepsOf(plan).find(({ target }) => target === ROLE)?.parameters).toMatchObject({
      provider: 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/AB12',
      subjects: ['system:serviceaccount:shop:api'],
    });
    expect(plan.waves[0]!.steps[0]!.reachAfter.hi).toBe(0);
  });
});

describe('rule 10: a session that its system cannot end by itself', () => {
  const account = 'k8s:prod/shop/serviceaccounts/api';
  const session = 'k8s:prod/shop/tokens/1';
  it('is ended with its identity, which is said, and whose outage is counted', () => {
    const plan = planOf({
      targets: [session],
      entities: { [session]: 'Session', [account]: 'ServiceAccount', 'k8s:prod/shop/deployments/api': 'Workload' },
      relationships: [
        `${session} AUTHENTICATES_AS ${account} observed`,
        `k8s:prod/shop/deployments/api RUNS_AS ${account} declared`,
      ],
    });
    const [step] = plan.waves[0]!.steps;
    expect([step!.target, step!.for, step!.action, step!.reversibility]).toEqual([account, session, 'quarantine', 'R!']);
    expect(step!.parameters).not.toHaveProperty('sessions');
    expect(step!.why).toContain('without the whole identity');
    expect(step!.outageAfter.lo.down).toBe(1);
  });
});

describe('rule 10: a use since the incident began of which nobody knows whose it is', () => {
  const asked: Asked = {
    entities: {
      [KEY]: 'Credential',
      [USER]: 'ServiceAccount',
      'app:a': 'Workload',
      'app:b': 'Workload',
      'origin:203.0.113.9/aws-cli': 'Origin',
    },
    relationships: [
      `${KEY} AUTHENTICATES_AS ${USER} entitled`,
      `app:a USES ${KEY} declared`,
      `app:b USES ${KEY} declared`,
      `origin:203.0.113.9/aws-cli USES ${KEY} observed lastUsed=2026-02-28T12:00:00.000Z firstSeen=2026-02-28T12:00:00.000Z`,
    ],
    since: SINCE,
  };
  const attributed = (sure: number | undefined) => ({ ...asked, attributionOf: () => sure });

  it('takes the whole identity where that stops nothing more, and says so', () => {
    const plan = planOf(attributed(0.48));
    expect(words(plan)[0]).toEqual([`quarantine ${KEY}`, `quarantine ${USER}`]);
    expect(stepsOf(plan).find(({ target }) => target === USER)?.why).toMatch(
      /only with probability 0\.48 who made the uses .*rule 10/,
    );
  });

  it('stays with the proof where it is sure who it was, or where no such use was seen', () => {
    expect(words(planOf(attributed(0.9)))[0]).toEqual([`quarantine ${KEY}`]);
    expect(words(planOf(attributed(undefined)))[0]).toEqual([`quarantine ${KEY}`]);
  });

  it('stays with the proof where the identity serves others too, and says that', () => {
    const other = 'aws:AKIA0EXAMPLE00002';
    const plan = planOf({
      ...attributed(0.48),
      entities: { ...asked.entities, [other]: 'Credential', 'app:c': 'Workload' },
      relationships: [...asked.relationships, `${other} AUTHENTICATES_AS ${USER} entitled`, `app:c USES ${other} declared`],
    });
    expect(words(plan)[0]).toEqual([`quarantine ${KEY}`]);
    expect(plan.waves[0]!.steps[0]!.why).toContain('would stop more, so the proof goes alone');
  });
});

describe('where a foothold may not be cut', () => {
  const SESSION = 'aws:ASIA0EXAMPLE00001';
  const NEXT = 'aws:arn:aws:iam::111122223333:role/next';
  const seen = (actions: readonly string[]): Asked => ({
    targets: [ROLE],
    budgets: { down: 0 },
    entities: {
      [ROLE]: 'Role',
      [NEXT]: 'Role',
      'app:pay': 'Workload',
      'permission:1': 'Permission',
      'aws:arn:aws:s3:::in': 'Resource',
      'aws:arn:aws:s3:::top': 'Resource tier=0',
    },
    relationships: [
      `app:pay RUNS_AS ${ROLE} declared`,
      `${ROLE} CAN_ASSUME ${NEXT} entitled`,
      `${ROLE} ACCESSED aws:arn:aws:s3:::in observed`,
      `${NEXT} HAS_GRANT permission:1 entitled`,
      'permission:1 CAN_READ aws:arn:aws:s3:::top entitled',
    ],
    facts: { relationship: () => ({ firstSeen: '2026-01-01T00:00:00.000Z', properties: { actions: [...actions] } }) },
  });

  it('its role is capped at reading where it was seen doing no more, which blocks its way on', () => {
    const plan = planOf(seen(['s3:GetObject']));
    const [cap] = plan.waves[0]!.steps;
    expect([cap!.target, cap!.action, cap!.parameters['boundary']]).toEqual([
      ROLE,
      'reduce',
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
    ]);
    expect([cap!.reachAfter.hi, cap!.outageAfter.lo.down]).toEqual([0, 0]);
    expect(plan.refusals[0]!.reason).toContain('its way into roles is blocked');
  });

  it('its role is left as it is where it was seen writing', () => {
    expect(planOf(seen(['s3:GetObject', 's3:PutObject'])).waves).toEqual([]);
  });

  it('the sessions that it mints are made short', () => {
    const plan = planOf({
      budgets: { down: 0 },
      entities: { [KEY]: 'Credential', [USER]: 'ServiceAccount', 'app:pay': 'Workload', [SESSION]: 'Session', [ROLE]: 'Role' },
      relationships: [
        `${KEY} AUTHENTICATES_AS ${USER} entitled`,
        `app:pay USES ${KEY} declared`,
        `${KEY} MINTED ${SESSION} observed`,
        `${SESSION} AUTHENTICATES_AS ${ROLE} observed`,
      ],
    });
    expect(words(plan)[0]).toEqual([`shorten ${ROLE}`]);
    const [step] = plan.waves[0]!.steps;
    expect([step!.for, step!.cuts, step!.parameters['control']]).toEqual([KEY, [], 'max-session']);
    expect(plan.refusals.find(({ target }) => target === KEY)?.reason).toContain('made short');
  });
});
