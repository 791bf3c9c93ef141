/** The whole cluster → facts: entities first, so that a batch names only what is there. Pure. */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import type { Cluster } from './cluster.ts';
import { identityFacts } from './identity-facts.ts';
import { nodeRights } from './node-rights.ts';
import { outwardFacts } from './outward-facts.ts';
import { Permissions } from './permissions.ts';
import { placeFacts } from './place-facts.ts';
import { Powers } from './powers.ts';
import { valueFacts } from './value-facts.ts';
import { workloadFacts } from './workload-facts.ts';

/** A part of the facts, said piece by piece. */
export interface FactStream {
  entities(): Iterable<EntityFact>;
  relationships(): Iterable<RelationshipFact>;
}

export function clusterFacts(cluster: Cluster): FactStream {
  const parts: FactStream[] = [
    placeFacts(cluster),
    identityFacts(cluster),
    workloadFacts(cluster),
    valueFacts(cluster),
    outwardFacts(cluster),
    rightFacts(cluster),
    nodeRights(cluster),
  ];
  return {
    *entities() {
      const said = new Set<string>();
      for (const part of parts)
        for (const entity of part.entities()) {
          if (said.has(entity.key)) continue;
          said.add(entity.key);
          yield entity;
        }
    },
    *relationships() {
      for (const part of parts) yield* part.relationships();
    },
  };
}

const MOST_NAMED = 3;

/** Who holds which Permission. */
function rightFacts(cluster: Cluster): FactStream {
  const powers = new Powers(cluster);
  const permissions = new Permissions(cluster);
  const held: RelationshipFact[] = [];
  for (const identity of powers.holders())
    for (const power of powers.of(identity)) {
      const target = permissions.keyOf(power);
      if (target === undefined) continue;
      const more = power.by.length > MOST_NAMED ? ` and ${power.by.length - MOST_NAMED} more` : '';
      held.push({
        source: cluster.keyOf(identity),
        kind: 'HAS_GRANT',
        target,
        basis: 'entitled',
        certainty: 'definite',
        reason: `${power.by.slice(0, MOST_NAMED).join(', ')}${more}`,
      });
    }
  return {
    entities: () => permissions.entities(),
    *relationships() {
      yield* held;
      yield* permissions.relationships();
    },
  };
}
