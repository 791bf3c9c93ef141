/** Per-row look-ups of one request, batched. */
import DataLoader from 'dataloader';
import type { Entity } from '../src/model/entity.ts';
import type { Risk } from '../src/model/findings.ts';
import type { FindingStore, GraphReader } from '../src/ports/store.ts';

export interface Loaders {
  readonly entity: DataLoader<string, Entity | undefined>;
  readonly risk: DataLoader<string, Risk | undefined>;
}

export function createLoaders(store: GraphReader & FindingStore): Loaders {
  return {
    entity: new DataLoader(async (keys) => inOrder(keys, await store.entities(keys))),
    risk: new DataLoader(async (keys) => inOrder(keys, await store.risks({ keys, limit: keys.length }))),
  };
}

function inOrder<T extends { readonly key: string }>(keys: readonly string[], rows: readonly T[]): (T | undefined)[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return keys.map((key) => byKey.get(key));
}
