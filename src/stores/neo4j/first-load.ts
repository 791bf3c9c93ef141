/**
 * The first load of an empty store needs to look nothing up: what this run did not write is not there. That holds while this process
 * knows all that it wrote and nobody else writes: the head remembers which run is the only one (`soleRun`), under its lock.
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { relationshipId } from '../../model/fact-text.ts';

export interface Written {
  readonly keys: Set<string>;
  readonly ids: Set<string>;
}

export interface FirstLoads {
  begin(collection: string): void;
  /** What a first load wrote; undefined when this is none, or no longer surely. */
  of(collection: string): Written | undefined;
  /** After an error nobody knows what was written; after the end nobody needs to. */
  end(collection: string): void;
}

export function createFirstLoads(): FirstLoads {
  const loads = new Map<string, Written>();
  return {
    begin: (collection) => void loads.set(collection, { keys: new Set(), ids: new Set() }),
    of: (collection) => loads.get(collection),
    end: (collection) => void loads.delete(collection),
  };
}

export const entitiesAreNew = (written: Written | undefined, said: readonly EntityFact[]): boolean =>
  written !== undefined && said.every(({ key }) => !written.keys.has(key));

export const relationshipsAreNew = (written: Written | undefined, said: readonly RelationshipFact[]): boolean =>
  written !== undefined && said.every((fact) => !written.ids.has(relationshipId(fact)));

export function remember(
  written: Written,
  batch: { readonly entities: readonly EntityFact[]; readonly relationships: readonly RelationshipFact[] },
): void {
  for (const { key } of batch.entities) written.keys.add(key);
  for (const fact of batch.relationships) written.ids.add(relationshipId(fact));
}
