import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { joins } from '../../src/joins/index.ts';
import type { JoinEntity } from '../../src/joins/join.ts';
import type { RelationshipFact } from '../../src/model/entity.ts';

interface Case {
  readonly name: string;
  readonly entities: readonly Partial<JoinEntity>[];
  readonly relationships: readonly RelationshipFact[];
  /** `source KIND target certainty`, and what else the join decides. */
  readonly expected: readonly string[];
  /** `key state expiresAt` of the stubs that the join says. */
  readonly states?: readonly string[];
}

const folder = path.join(import.meta.dirname, '../cases/joins');
const entityOf = (given: Partial<JoinEntity>): JoinEntity => ({
  key: '',
  kind: 'External',
  name: given.key ?? '',
  provider: 'test',
  properties: {},
  state: 'unknown',
  ...given,
});

/** As much of a fact as the expected sentence tells. */
const said = (fact: RelationshipFact, withBasis: boolean): string => {
  const { source, kind, target, certainty, basis, alternative, condition, conditionClass } = fact;
  const parts = [
    source,
    kind,
    target,
    certainty,
    withBasis && basis,
    alternative && `${alternative.group}/${alternative.option}`,
  ];
  return [...parts, condition && `if ${condition} (${conditionClass})`].filter(Boolean).join(' ');
};

it('every join has cases', () => {
  expect(readdirSync(folder).sort()).toEqual(joins.map(({ name }) => `${name}.json`).sort());
});

describe.each(joins)('$name', (join) => {
  const cases: Case[] = JSON.parse(readFileSync(path.join(folder, `${join.name}.json`), 'utf8'));

  it.each(cases)('$name', ({ entities, relationships, expected, states = [] }) => {
    const derived = join.run({ entities: entities.map(entityOf), relationships });
    const found = derived.relationships.map((fact) => said(fact, join.name !== 'oidc-subject'));
    expect(found.sort()).toEqual([...expected].sort());
    expect(derived.entities.map(({ key, state, expiresAt }) => `${key} ${state} ${expiresAt}`)).toEqual(states);
    expect(derived.relationships.filter(({ reason }) => !reason)).toEqual([]);
    expect(derived.relationships.filter(({ kind }) => !join.derives.includes(kind))).toEqual([]);
    expect(derived.entities.filter(({ stub }) => !stub)).toEqual([]);
  });

  it.each(cases)('$name, of no more than it looks at', ({ entities, relationships }) => {
    const all = entities.map(entityOf);
    const idsOf = (entity: JoinEntity): readonly string[] => join.sharedIds?.(entity) ?? [];
    const isShared = (id: string): boolean => all.filter((entity) => idsOf(entity).includes(id)).length > 1;
    const some = all.filter((entity) => (join.sharedIds ? idsOf(entity).some(isShared) : (join.looksAt?.(entity) ?? true)));
    expect(join.isIdle(some)).toBe(join.isIdle(all));
    expect(join.run({ entities: some, relationships })).toEqual(join.run({ entities: all, relationships }));
  });

  it('says nothing that the store computed of claims', () => {
    const stored = cases.flatMap(({ relationships }) =>
      relationships.map((fact) => ({ ...fact, claims: [], lastSeen: '', generation: 1 })),
    );
    const entities = cases.flatMap((one) => one.entities.map(entityOf));
    for (const fact of join.run({ entities, relationships: stored }).relationships) {
      expect(Object.keys(fact)).not.toEqual(expect.arrayContaining(['claims']));
      expect(Object.keys(fact)).not.toEqual(expect.arrayContaining(['lastSeen']));
    }
  });
});
