/** From where the held proofs were used since the incident began, by the logs, and where that is new. */
import { entityKindAt, nameAt } from '../../graph/access-graph.ts';
import type { Time } from '../../model/entity.ts';
import { enteringBy } from '../plan/footholds.ts';
import type { PlanInput } from '../plan/input.ts';

export interface UsedFrom {
  /** Of the Origin: `origin:<address>/<client family>`. */
  readonly key: string;
  readonly proof: string;
  readonly firstSeen: Time | null;
  readonly lastUsed: Time | null;
  /** Never seen before the incident began. */
  readonly isNew: boolean;
}

/** New ones first, then the latest. */
export function usedFrom(
  { graph, facts, since }: Pick<PlanInput, 'graph' | 'facts'> & { readonly since: Time },
  held: readonly number[],
): UsedFrom[] {
  const uses = held.flatMap((proof) =>
    enteringBy(graph, proof, ['USES']).flatMap((r): UsedFrom[] => {
      const origin = graph.sources[r]!;
      if (entityKindAt(graph, origin) !== 'Origin') return [];
      const fact = facts.relationship?.(nameAt(graph, r));
      const [firstSeen, lastUsed] = [fact?.firstSeen ?? null, fact?.lastUsed ?? null];
      if (lastUsed === null || lastUsed < since) return [];
      const isNew = firstSeen !== null && firstSeen >= since;
      return [{ key: graph.keys[origin]!, proof: graph.keys[proof]!, firstSeen, lastUsed, isNew }];
    }),
  );
  return uses.sort(
    (a, b) => Number(b.isNew) - Number(a.isNew) || (a.lastUsed! > b.lastUsed! ? -1 : 1) || (a.key < b.key ? -1 : 1),
  );
}
