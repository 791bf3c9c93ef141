/**
 * The graph as BloodHound OpenGraph. Node kinds are `Interlock_<kind>`, so that they meet none of BloodHound's own; ids are the keys;
 * properties are flat and in lower case, as its schema wants them. https://bloodhound.specterops.io/opengraph/schema
 */
import type { Entity, Json, Properties, Relationship } from '../model/entity.ts';
import type { GraphReader } from '../ports/store.ts';

type Flat = string | number | boolean | string[] | number[] | boolean[];

/** Pieces of one JSON document. */
export async function* openGraphText(store: GraphReader): AsyncIterable<string> {
  yield '{"metadata":{"source_kind":"Interlock"},"graph":{"nodes":[';
  yield* listed(store.readEntities(), nodeOf);
  yield '\n],"edges":[';
  yield* listed(store.readRelationships(), edgeOf);
  yield '\n]}}\n';
}

async function* listed<T>(batches: AsyncIterable<readonly T[]>, write: (one: T) => object): AsyncIterable<string> {
  let between = '\n';
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield between + batch.map((one) => JSON.stringify(write(one))).join(',\n');
    between = ',\n';
  }
}

function nodeOf(entity: Entity): object {
  const { key, kind, name, provider, tier, environment, owner, state, expiresAt, stub, firstSeen, lastSeen } = entity;
  return {
    id: key,
    kinds: [`Interlock_${kind}`, 'Interlock'],
    properties: {
      ...flat(entity.properties),
      ...present({ name, provider, tier, environment, owner, state, stub, expires_at: expiresAt }),
      first_seen: firstSeen,
      last_seen: lastSeen,
    },
  };
}

function edgeOf(relationship: Relationship): object {
  const { source, kind, target, basis, certainty, reason, condition, conditionClass, alternative } = relationship;
  return {
    kind,
    start: { value: source, match_by: 'id' },
    end: { value: target, match_by: 'id' },
    properties: {
      ...present({ basis, certainty, reason, condition, condition_class: conditionClass, uses: relationship.uses }),
      ...present({ first_seen: relationship.firstSeen, last_used: relationship.lastUsed, version: relationship.version }),
      ...present({ alternative_group: alternative?.group, alternative_option: alternative?.option }),
      ...(relationship.levels && { levels: [...relationship.levels] }),
    },
  };
}

const present = (values: Readonly<Record<string, Flat | undefined>>): Record<string, Flat> =>
  Object.fromEntries(Object.entries(values).filter((pair): pair is [string, Flat] => pair[1] !== undefined));

function flat(properties: Properties): Record<string, Flat> {
  const found = Object.entries(properties).map(([name, value]) => [name.toLowerCase(), flatValue(value)] as const);
  return present(Object.fromEntries(found.filter(([name]) => name !== 'objectid')));
}

/** What the schema does not allow, objects and mixed lists, is written as JSON text. */
function flatValue(value: Json): Flat | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value) && value.length > 0) {
    const [first] = value;
    if (typeof first !== 'object' && value.every((one) => typeof one === typeof first)) return value as string[];
  }
  return JSON.stringify(value);
}
