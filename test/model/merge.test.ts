import { describe, expect, it } from 'vitest';
import type { EntityClaim, EntityFact, RelationshipClaim, RelationshipFact } from '../../src/model/entity.ts';
import { mergeEntity, mergeRelationship } from '../../src/model/merge.ts';

const claim = { scope: 'all', generation: 1, since: '2026-01-01T00:00:00.000Z', lastSeen: '2026-01-02T00:00:00.000Z' };
const entity = (origin: string, fact: Partial<EntityFact>): EntityClaim => ({
  ...claim,
  origin,
  fact: { key: 'aws:x', kind: 'Role', name: 'x', provider: 'aws', ...fact },
});
const tie = (origin: string, fact: Partial<RelationshipFact>): RelationshipClaim => ({
  ...claim,
  origin,
  fact: { source: 'a', kind: 'USES', target: 'b', basis: 'declared', certainty: 'definite', ...fact },
});

describe('claims about an entity', () => {
  it('merge to the same whatever their order', () => {
    const claims = [
      entity('aws', { properties: { path: '/' } }),
      entity('trail', { stub: true, kind: 'User', name: 'other' }),
      entity('facts', { stub: true, overlay: true, tier: 0, owner: 'owner:team/a' }),
    ];
    const { claims: _, ...merged } = mergeEntity('aws:x', claims);
    const { claims: __, ...again } = mergeEntity('aws:x', [...claims].reverse());
    expect(again).toEqual(merged);
  });

  it('let a stub override neither kind, name nor properties', () => {
    const merged = mergeEntity('aws:x', [
      entity('trail', { stub: true, kind: 'User', name: 'u', properties: { seen: true } }),
      entity('aws', { properties: { path: '/' } }),
    ]);
    expect(merged).toMatchObject({ kind: 'Role', name: 'x', properties: { path: '/' }, stub: false });
    expect(merged.conflicts).toBeUndefined();
  });

  it('show who disagrees about owner, environment and tier, whoever wins', () => {
    const merged = mergeEntity('aws:x', [
      entity('aws', { owner: 'team/a', environment: 'prod', tier: 1 }),
      entity('catalogue', { stub: true, owner: 'b', environment: 'unknown' }),
      entity('facts', { stub: true, overlay: true, owner: 'owner:team/A', tier: 0 }),
    ]);
    expect(merged).toMatchObject({ owner: 'owner:team/A', environment: 'prod', tier: 0 });
    expect(merged.conflicts).toEqual([
      'aws/all says owner team/a',
      'catalogue/all says owner b',
      'facts/all says owner owner:team/A',
      'aws/all says tier 1',
      'facts/all says tier 0',
    ]);
  });

  it('that name one owner in several ways agree', () => {
    const claims = ['owner:team/a', 'team/a', 'A'].map((owner, at) => entity(`source${at}`, { owner }));
    expect(mergeEntity('aws:x', claims).conflicts).toBeUndefined();
  });

  it('take what a person declared before what a source infers', () => {
    const merged = mergeEntity('aws:x', [
      entity('aws', { owner: 'owner:tag/a', tier: 3 }),
      entity('facts', { stub: true, overlay: true, owner: 'owner:team/b', tier: 0 }),
    ]);
    expect(merged).toMatchObject({ owner: 'owner:team/b', tier: 0 });
  });

  it('show a conflict of kind, and let the own inventory of the provider win', () => {
    const merged = mergeEntity('aws:x', [entity('zoo', { kind: 'User', provider: 'zoo' }), entity('aws', {})]);
    expect(merged.kind).toBe('Role');
    expect(merged.conflicts).toEqual(['aws/all says Role', 'zoo/all says User']);
  });

  it('do not take an unknown state for one', () => {
    expect(
      mergeEntity('aws:x', [entity('aws', { state: 'unknown' }), entity('trail', { stub: true, state: 'inactive' })]).state,
    ).toBe('inactive');
  });
});

describe('claims about a relationship', () => {
  it('are as certain as the strongest, for its reason and under its condition', () => {
    const merged = mergeRelationship([
      tie('a', { certainty: 'possible', reason: 'a guess' }),
      tie('b', { certainty: 'conditional', reason: 'a policy', condition: 'MFA' }),
    ]);
    expect(merged).toMatchObject({ certainty: 'conditional', reason: 'a policy', condition: 'MFA' });
  });

  it('say why where another of the same certainty does, and never for a guess', () => {
    const seen = tie('a', { basis: 'observed' });
    expect(mergeRelationship([seen, tie('b', { basis: 'entitled', reason: 'a policy' })]).reason).toBe('a policy');
    expect(mergeRelationship([seen, tie('b', { certainty: 'possible', reason: 'a guess' })]).reason).toBeUndefined();
  });

  it('keep the fallback that one of them declares and the use that another saw', () => {
    const merged = mergeRelationship([
      tie('trail', { basis: 'observed', lastUsed: '2026-01-05T00:00:00.000Z', uses: 7 }),
      tie('facts', { alternative: { group: 'g', option: 'o' } }),
    ]);
    expect(merged).toMatchObject({
      basis: 'observed',
      lastUsed: '2026-01-05T00:00:00.000Z',
      uses: 7,
      alternative: { group: 'g', option: 'o' },
    });
  });

  it('contain at all levels that any of them names', () => {
    const contains = (levels?: RelationshipFact['levels']) =>
      tie(String(levels), { kind: 'CONTAINS', ...(levels && { levels }) });
    expect(mergeRelationship([contains(['read']), contains(['control'])]).levels).toEqual(['read', 'control']);
    expect(mergeRelationship([contains(['read']), contains()]).levels).toBeUndefined();
  });
});
