/** What sources, and no joins, say of the entities that joins look at: of a large graph a small part. */
import type { Join, JoinEntity } from '../joins/join.ts';
import type { Entity, EntityFact } from '../model/entity.ts';
import type { EntityKind } from '../model/kinds.ts';
import { mergeEntity } from '../model/merge.ts';
import { SeenTexts } from '../model/seen-texts.ts';
import type { GraphReader } from '../ports/store.ts';

type Reader = Pick<GraphReader, 'readEntities'>;

export const isSaid = ({ origin }: { readonly origin: string }): boolean => !origin.startsWith('join:');

/** By key. */
export async function saidEntities(store: Reader, joins: readonly Join[]): Promise<Map<string, JoinEntity>> {
  const found = new Map<string, JoinEntity>();
  const sharing = joins.filter(({ sharedIds }) => sharedIds !== undefined);
  const looking = joins.filter((join) => !sharing.includes(join));
  const ids = new RecurringIds(sharing);
  await readSaid(store, kindsOf(joins), (entity) => {
    ids.note(entity);
    if (looking.some((join) => looksAt(join, entity))) found.set(entity.key, entity);
  });
  // Only now it is known which ids recur: those who have them are read again, where there are any.
  if (ids.some)
    await readSaid(store, kindsOf(sharing), (entity) => {
      if (ids.among(entity)) found.set(entity.key, entity);
    });
  return found;
}

/** By what the entity itself says; whether its ids are shared is another question. */
export const looksAt = ({ needs, looksAt: looks }: Join, entity: JoinEntity): boolean =>
  needs.entities.includes(entity.kind) && (looks?.(entity) ?? true);

const kindsOf = (joins: readonly Join[]): ReadonlySet<EntityKind> => new Set(joins.flatMap(({ needs }) => needs.entities));

async function readSaid(store: Reader, kinds: ReadonlySet<EntityKind>, take: (entity: JoinEntity) => void): Promise<void> {
  for await (const batch of store.readEntities({ kinds: [...kinds] })) {
    for (const entity of batch) {
      const said = kinds.has(entity.kind) ? saidEntity(entity) : undefined;
      if (said) take(said);
    }
  }
}

/** Ids that two entities or more have: the ids of all are too many to be held. */
class RecurringIds {
  readonly #joins: readonly Join[];
  readonly #seen = new SeenTexts();
  readonly #recurring = new Set<string>();

  constructor(joins: readonly Join[]) {
    this.#joins = joins;
  }

  get some(): boolean {
    return this.#recurring.size > 0;
  }

  note(entity: JoinEntity): void {
    for (const id of this.#idsOf(entity)) if (!this.#seen.add(id)) this.#recurring.add(id);
  }

  among(entity: JoinEntity): boolean {
    return this.#idsOf(entity).some((id) => this.#recurring.has(id));
  }

  #idsOf(entity: JoinEntity): string[] {
    return this.#joins.flatMap((join) => (looksAt(join, entity) ? [...(join.sharedIds?.(entity) ?? [])] : []));
  }
}

function saidEntity(entity: Entity): JoinEntity | undefined {
  if (entity.claims.every(isSaid)) return joinEntity(entity);
  const claims = entity.claims.filter(isSaid);
  return claims.length > 0 ? joinEntity(mergeEntity(entity.key, claims)) : undefined;
}

export const joinEntity = ({ key, kind, name, provider, properties, state, expiresAt }: EntityFact): JoinEntity => ({
  key,
  kind,
  name,
  provider,
  properties: properties ?? {},
  state: state ?? 'unknown',
  ...(expiresAt !== undefined && { expiresAt }),
});
