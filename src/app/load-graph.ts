import { type AccessGraph, createGraphBuilder } from '../graph/access-graph.ts';
import type { GraphReader } from '../ports/store.ts';

/** The in-memory graph of what the store holds now. `at` decides what has expired. */
export async function loadGraph(store: GraphReader, at: Date): Promise<AccessGraph> {
  const builder = createGraphBuilder(await store.generation(), at.toISOString());
  for await (const { entities, relationships } of store.readGraph()) {
    for (const entity of entities ?? []) builder.addEntity(entity);
    for (const relationship of relationships ?? []) builder.addRelationship(relationship);
  }
  return builder.finish();
}
