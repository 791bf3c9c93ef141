import { describe, expect, it } from 'vitest';
import { type ContextRules, inContext } from '../../src/app/context-rules.ts';
import type { EntityFact } from '../../src/model/entity.ts';

const none: ContextRules = { tiers: [], environments: [], owners: [] };
const bucket: EntityFact = {
  key: 'aws:arn:aws:s3:::customers',
  kind: 'Resource',
  name: 'customers',
  provider: 'aws',
  properties: {
    tags: [
      { key: 'Team', value: 'Payments' },
      { key: 'env', value: 'Production' },
      { key: 'class', value: 'restricted-eu' },
    ],
  },
};
const pod: EntityFact = {
  key: 'k8s:prod/shop/pods/web',
  kind: 'Workload',
  name: 'web',
  provider: 'k8s',
  properties: { labels: { 'app.kubernetes.io/part-of': 'shop', stage: 'blue' } },
};
const owners = (fact: EntityFact, rules: ContextRules['owners']) =>
  inContext(fact, { ...none, owners: rules }).owned.map(({ target, reason }) => [target, reason]);

describe('rules of the configuration', () => {
  it('leave a thing as it is where none fits', () => {
    expect(inContext(bucket, none)).toEqual({ fact: bucket, owners: [], owned: [] });
    expect(inContext(pod, { ...none, tiers: [{ tag: 'class', tier: 0 }] }).fact).toEqual(pod);
  });

  it('tell the tier by key, or by a tag and its value; the first that fits decides', () => {
    const tier = (rules: ContextRules['tiers']) => inContext(bucket, { ...none, tiers: rules }).fact.tier;
    expect(tier([{ match: 'aws:arn:aws:s3:::cust*', tier: 0 }])).toBe(0);
    expect(
      tier([
        { tag: 'CLASS', value: 'Restricted*', tier: 1 },
        { tag: 'class', tier: 2 },
      ]),
    ).toBe(1);
    expect(tier([{ tag: 'class', value: 'public', tier: 3 }])).toBeUndefined();
    expect(tier([{ match: 'k8s:*', tag: 'class', tier: 3 }])).toBeUndefined();
  });

  it('leave alone what the source itself knows', () => {
    const known = { ...bucket, tier: 3, environment: 'test' } as const;
    const { fact } = inContext(known, {
      ...none,
      tiers: [{ match: '*', tier: 0 }],
      environments: [{ match: '*', environment: 'prod' }],
    });
    expect(fact).toMatchObject({ tier: 3, environment: 'test' });
  });

  it('tell the environment by usual names, by names of their own, or outright', () => {
    const environment = (fact: EntityFact, rules: ContextRules['environments']) =>
      inContext(fact, { ...none, environments: rules }).fact.environment;
    expect(environment(bucket, [{ tag: 'env' }])).toBe('prod');
    expect(environment(pod, [{ tag: 'stage' }])).toBeUndefined();
    expect(environment(pod, [{ tag: 'stage' }, { tag: 'stage', values: { Blue: 'staging' } }])).toBe('staging');
    expect(environment(pod, [{ match: 'k8s:prod/*', environment: 'prod' }])).toBe('prod');
  });

  it('tell owners by a tag or outright, and keep all who are named', () => {
    expect(owners(bucket, [{ tag: 'team' }, { match: 'aws:*', owner: 'user/ann' }])).toEqual([
      ['owner:team/Payments', 'its tag team says so (owners[0] of the configuration)'],
      ['owner:user/ann', 'matches aws:* (owners[1] of the configuration)'],
    ]);
    expect(owners(pod, [{ tag: 'app.kubernetes.io/part-of' }])).toEqual([['owner:team/shop', expect.any(String)]]);
    expect(inContext(bucket, { ...none, owners: [{ tag: 'team' }] }).fact.owner).toBe('Payments');
  });

  it('say one owner once, and none of a thing that a source only names', () => {
    expect(owners(bucket, [{ tag: 'team' }, { match: '*', owner: 'team/payments' }])).toHaveLength(1);
    expect(owners({ ...bucket, stub: true }, [{ tag: 'team' }])).toEqual([]);
  });
});
