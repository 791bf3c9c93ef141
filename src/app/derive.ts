/** Runs the joins over what sources said, and replaces what they derived before. */
import { joins } from '../joins/index.ts';
import type { Derived, Join, JoinEntity } from '../joins/join.ts';
import type { Relationship, RelationshipFact } from '../model/entity.ts';
import type { RelationshipKind } from '../model/kinds.ts';
import { mergeRelationship } from '../model/merge.ts';
import { relationshipId } from '../model/relationship-id.ts';
import type { App } from './app.ts';
import { isSaid, joinEntity, looksAt, saidEntities } from './said-entities.ts';

/** How many derived claims changed. */
export async function deriveFacts({ store, clock }: Pick<App, 'store' | 'clock'>): Promise<number> {
  const counts = (await store.counts()).relationships;
  const entities = await saidEntities(store, joinsWithEssentials(counts));
  const relationships = new Relationships(store, counts);
  // What is needed by all that is there is read in one go; what a join derives may call for more.
  const wanted: RelationshipKind[] = [];
  for (const join of joins) if (await mayFollow(join, entities, relationships)) wanted.push(...join.needs.relationships);
  await relationships.read(wanted);
  let changed = 0;
  for (const join of joins) {
    const derived = await derivedBy(join, entities, relationships);
    changed += await store.replaceDerived(`join:${join.name}`, clock().toISOString(), derived);
    // A later join sees what the earlier ones derived, where no source says it already.
    for (const fact of derived.entities) if (!entities.has(fact.key)) entities.set(fact.key, joinEntity(fact));
    relationships.add(derived.relationships);
  }
  return changed;
}

/** Those of which every essential kind is there, or is one that a join before them derives: from the others nothing follows. */
function joinsWithEssentials(counts: Counts): Join[] {
  const kinds = new Set(Object.keys(counts).filter((kind) => counts[kind]));
  return joins.filter(({ needs, derives }) => {
    if (!needs.essential.every((kind) => kinds.has(kind))) return false;
    for (const kind of derives) kinds.add(kind);
    return true;
  });
}

type Entities = ReadonlyMap<string, JoinEntity>;
/** How many relationships of a kind the store holds. */
type Counts = Readonly<Record<string, number>>;

async function derivedBy(join: Join, entities: Entities, relationships: Relationships): Promise<Derived> {
  if (!(await mayFollow(join, entities, relationships))) return { entities: [], relationships: [] };
  await relationships.read(join.needs.relationships);
  return join.run({ entities: neededOf(join, entities), relationships: relationships.of(join.needs.relationships) });
}

async function mayFollow(join: Join, entities: Entities, relationships: Relationships): Promise<boolean> {
  if (join.isIdle(neededOf(join, entities))) return false;
  for (const kind of join.needs.essential) if (!(await relationships.has(kind))) return false;
  return true;
}

const neededOf = (join: Join, entities: Entities): JoinEntity[] =>
  [...entities.values()].filter((entity) => looksAt(join, entity));

/** What sources say, read by kind when it is needed first, and what joins added. */
class Relationships {
  readonly #store: App['store'];
  readonly #said = new Map<RelationshipKind, RelationshipFact[]>();
  readonly #known = new Map<RelationshipKind, boolean>();
  readonly #counts: Counts;
  readonly #derived = new Map<string, RelationshipFact>();

  constructor(store: App['store'], counts: Counts) {
    this.#store = store;
    this.#counts = counts;
  }

  /** Whether there is any; without reading them all. */
  async has(kind: RelationshipKind): Promise<boolean> {
    if ([...this.#derived.values()].some((fact) => fact.kind === kind)) return true;
    const known = this.#known.get(kind) ?? (await this.#isSaid(kind));
    this.#known.set(kind, known);
    return known;
  }

  async #isSaid(kind: RelationshipKind): Promise<boolean> {
    if (!this.#counts[kind]) return false;
    for await (const batch of this.#store.readRelationships({ kinds: [kind] }))
      if (batch.some((relationship) => relationship.claims.some(isSaid))) return true;
    return false;
  }

  async read(wanted: readonly RelationshipKind[]): Promise<void> {
    const kinds = [...new Set(wanted)].filter((kind) => !this.#said.has(kind));
    if (kinds.length === 0) return;
    for (const kind of kinds) this.#said.set(kind, []);
    for await (const batch of this.#store.readRelationships({ kinds })) {
      for (const relationship of batch) {
        const said = saidRelationship(relationship);
        if (said) this.#said.get(said.kind)?.push(said);
      }
    }
  }

  /** Of kinds that were read. */
  of(kinds: readonly RelationshipKind[]): RelationshipFact[] {
    const said = [...new Set(kinds)].flatMap((kind) => this.#said.get(kind) ?? []);
    const fresh = new Map([...this.#derived].filter(([, { kind }]) => kinds.includes(kind)));
    if (fresh.size > 0) for (const fact of said) fresh.delete(relationshipId(fact));
    for (const fact of fresh.values()) said.push(fact);
    return said;
  }

  add(derived: readonly RelationshipFact[]): void {
    for (const fact of derived) {
      const id = relationshipId(fact);
      if (!this.#derived.has(id)) this.#derived.set(id, fact);
    }
  }
}

function saidRelationship(relationship: Relationship): RelationshipFact | undefined {
  if (relationship.claims.every(isSaid)) return withoutLife(relationship);
  const claims = relationship.claims.filter(isSaid);
  return claims.length > 0 ? withoutLife(mergeRelationship(claims)) : undefined;
}

/** Claims are many times the fact; hundreds of thousands of facts are held at once. */
const withoutLife = ({
  claims: _claims,
  lastSeen: _lastSeen,
  generation: _generation,
  ...fact
}: Relationship): RelationshipFact => fact;
