/** The path that explains an access: how to get from one entity to another, at a level. */
import { type AccessGraph, certaintyAt, nameAt } from '../graph/access-graph.ts';
import { preferredPath } from '../graph/paths.ts';
import type { RelationshipName } from '../model/entity.ts';
import { CERTAINTIES, type Certainty, type Level } from '../model/kinds.ts';

export interface PathQuestion {
  readonly from: number;
  readonly to: number;
  /** That one chain must give. */
  readonly level: Level;
}

export interface AccessPath {
  readonly found: boolean;
  /** Of the least sure hop; null where there is no path. */
  readonly certainty: Certainty | null;
  readonly hops: readonly RelationshipName[];
  /** The same as indices in the graph. */
  readonly relationships: readonly number[];
}

/** The shortest definite path, else the one with the fewest possible, then conditional relationships, then the shortest. */
export function accessPath(graph: AccessGraph, { from, to, level }: PathQuestion): AccessPath {
  const relationships = preferredPath(graph, from, to, level);
  if (!relationships) return { found: false, certainty: null, hops: [], relationships: [] };
  const least = relationships.reduce((most, r) => Math.max(most, CERTAINTIES.indexOf(certaintyAt(graph, r))), 0);
  return {
    found: true,
    certainty: CERTAINTIES[least] as Certainty,
    hops: relationships.map((r) => nameAt(graph, r)),
    relationships,
  };
}
