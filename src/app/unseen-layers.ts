/**
 * `unknownLayers: possible`: what a layer that was not collected may deny is `possible`, in every answer alike.
 *
 * A source that lacks a layer (service control policies, admission, row-level security) can still say what its own policies grant.
 * By default such a grant stays as sure as it was, and the answer says `complete: false`; with this, the lower bound leaves it out.
 */
import type { Relationship, RelationshipClaim } from '../model/entity.ts';
import type { RelationshipKind } from '../model/kinds.ts';
import { mergeRelationship } from '../model/merge.ts';
import { relationshipId } from '../model/relationship-id.ts';
import type { GraphReader, GraphRelationship, Store } from '../ports/store.ts';

/** What a deny layer speaks of: use of a right. Whose a credential is, or where a value lies, no layer denies. */
const DENIABLE_KINDS = [
  'CAN_ASSUME',
  'HAS_GRANT',
  'CAN_READ',
  'CAN_PUT',
  'CAN_WRITE',
  'CAN_CONTROL',
] as const satisfies readonly RelationshipKind[];

type Doubted = Pick<GraphReader, 'readGraph' | 'readRelationships' | 'relationships' | 'neighbours'>;

/** The same store, whose relationships are doubted so. What is written goes through as it is. */
export function doubtUnseenLayers(store: Store): Store {
  const doubted: Doubted = {
    async *readGraph() {
      const blind = await blindOrigins(store);
      const certainties = blind.size === 0 ? new Map<string, never>() : await doubtedCertainties(store, blind);
      const doubt = (row: GraphRelationship): GraphRelationship => {
        const certainty = certainties.get(relationshipId(row));
        return certainty === undefined ? row : { ...row, certainty };
      };
      for await (const rows of store.readGraph())
        yield rows.relationships ? { ...rows, relationships: rows.relationships.map(doubt) } : rows;
    },
    async *readRelationships(filter) {
      const blind = await blindOrigins(store);
      for await (const page of store.readRelationships(filter)) yield page.map((one) => doubtRelationship(one, blind));
    },
    async relationships(names) {
      const blind = await blindOrigins(store);
      return (await store.relationships(names)).map((one) => doubtRelationship(one, blind));
    },
    async neighbours(request) {
      const blind = await blindOrigins(store);
      return (await store.neighbours(request)).map((one) => doubtRelationship(one, blind));
    },
  };
  return new Proxy(store, { get: (target, name) => Reflect.get(Object.hasOwn(doubted, name) ? doubted : target, name) });
}

/** Sources that lack a layer. */
const blindOrigins = async (store: GraphReader): Promise<ReadonlySet<string>> =>
  new Set((await store.sources()).filter(({ layersMissing }) => layersMissing.length > 0).map(({ name }) => name));

async function doubtedCertainties(
  store: GraphReader,
  blind: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Relationship['certainty']>> {
  const changed = new Map<string, Relationship['certainty']>();
  for await (const page of store.readRelationships({ kinds: DENIABLE_KINDS })) {
    for (const one of page) {
      const { certainty } = doubtRelationship(one, blind);
      if (certainty !== one.certainty) changed.set(relationshipId(one), certainty);
    }
  }
  return changed;
}

/** Another source's claim, or use that was seen, keeps it as sure as they are. */
function doubtRelationship(relationship: Relationship, blind: ReadonlySet<string>): Relationship {
  const isDoubted = ({ origin, fact }: RelationshipClaim): boolean =>
    blind.has(origin) && fact.basis !== 'observed' && fact.certainty !== 'possible';
  if (!DENIABLE_KINDS.some((kind) => kind === relationship.kind) || !relationship.claims.some(isDoubted)) return relationship;
  return mergeRelationship(
    relationship.claims.map((claim) =>
      isDoubted(claim) ? { ...claim, fact: { ...claim.fact, certainty: 'possible' as const } } : claim,
    ),
  );
}
