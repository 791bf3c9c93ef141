import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outageRadius } from '../../src/analysis/outage-radius.ts';
import { type CaseEntities, caseGraph, entityIndices, relationshipMask } from './case-graph.ts';

interface OutageCase {
  readonly name: string;
  readonly entities: CaseEntities;
  readonly relationships: readonly string[];
  readonly dead?: readonly string[];
  readonly removed?: readonly string[];
  readonly released?: readonly string[];
  readonly connections?: 'kept';
  readonly since?: string;
  readonly lo: Readonly<Record<string, string>>;
  readonly hi: Readonly<Record<string, string>>;
}

const cases = JSON.parse(
  readFileSync(new URL('../cases/analysis/outage/causes.json', import.meta.url), 'utf8'),
) as readonly OutageCase[];

function askCase({ entities, relationships, dead = [], removed, released, connections, since }: OutageCase) {
  const graph = caseGraph(entities, relationships);
  return outageRadius(
    graph,
    {
      dead: entityIndices(graph, dead),
      ...(removed && { removed: relationshipMask(graph, removed) }),
      ...(released && { released: relationshipMask(graph, released) }),
      ...(connections && { connections }),
    },
    since ? { since } : {},
  );
}

describe('the outage radius', () => {
  it.each(cases)('$name', (given) => {
    const { items } = askCase(given);
    expect(Object.fromEntries(items.filter(({ bound }) => bound === 'lo').map(({ key, grade }) => [key, grade]))).toEqual(
      given.lo,
    );
    expect(Object.fromEntries(items.map(({ key, gradeHi }) => [key, gradeHi]))).toEqual(given.hi);
  });

  it('lets connections serve on where the act on that proof leaves them alone, whatever others do', () => {
    const graph = caseGraph(
      { 'redis:main/users/a/passwords/1': 'Credential', k: 'Credential', app: 'Workload', job: 'Workload' },
      ['app USES redis:main/users/a/passwords/1 declared', 'job USES k declared'],
    );
    const dead = entityIndices(graph, ['redis:main/users/a/passwords/1', 'k']);
    const grades = (keptOpen: ReadonlySet<number>) =>
      Object.fromEntries(outageRadius(graph, { dead, keptOpen }).items.map(({ key, grade }) => [key, grade]));
    expect(grades(new Set([dead[0]!]))).toEqual({ app: 'latent', job: 'down' });
    expect(grades(new Set())).toEqual({ app: 'down', job: 'down' });
  });

  it('tells the shortest chain of causes, from what died outwards, the owners and the time', () => {
    const graph = caseGraph({ key: 'Credential', a: 'Workload tier=0', b: 'Workload', 'owner:team/pay': 'Owner' }, [
      'a USES key declared',
      'b DEPENDS_ON a declared',
      'b OWNED_BY owner:team/pay',
    ]);
    const radius = outageRadius(graph, { dead: entityIndices(graph, ['key']) }, { at: '2026-03-02T00:00:00.000Z' });
    expect(radius.items.map(({ key, because }) => [key, because])).toEqual([
      ['a', ['a USES key (declared)']],
      ['b', ['a USES key (declared)', 'b DEPENDS_ON a (declared)']],
    ]);
    expect(radius.items[0]?.breaksAt).toEqual(['2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z']);
    expect(radius.owners).toEqual([{ key: 'owner:team/pay', lo: 1, hi: 1 }]);
    expect(radius.lo).toEqual({ down: 2, latent: 0, blocked: 0, interrupted: 0, degraded: 0 });
    expect(radius.byKind.map(({ kind, tier, lo }) => [kind, tier, lo.down])).toEqual([
      ['Workload', 0, 1],
      ['Workload', null, 1],
    ]);
  });
});
