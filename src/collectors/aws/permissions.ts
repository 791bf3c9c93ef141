/** Permissions are shared: equal effective rights are one entity, keyed by the hash of their content. */
import { createHash } from 'node:crypto';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import type { RelationshipKind } from '../../model/kinds.ts';
import { type Held, surer } from './held.ts';

export interface RightEdge {
  readonly kind: Extract<RelationshipKind, `CAN_${string}`>;
  readonly target: string;
  readonly held: Held;
  readonly reason: string;
}

export class PermissionBook {
  readonly #known = new Set<string>();
  readonly #byEdges = new WeakMap<readonly RightEdge[], string>();

  /** The key of the permission that these edges are; its facts are handed to `emit` the first time. Undefined when there are none. */
  keyOf(
    edges: readonly RightEdge[],
    emit: (facts: { entity: EntityFact; relationships: RelationshipFact[] }) => void,
  ): string | undefined {
    if (edges.length === 0) return undefined;
    const seen = this.#byEdges.get(edges);
    if (seen) return seen;
    const distinct = normalised(edges);
    const key = `aws:permission/${hashOf(distinct)}`;
    this.#byEdges.set(edges, key);
    if (!this.#known.has(key)) {
      this.#known.add(key);
      emit({ entity: permission(key, distinct), relationships: distinct.map((edge) => relationship(key, edge)) });
    }
    return key;
  }
}

/** One edge for each kind and target, the surest, in order. */
function normalised(edges: readonly RightEdge[]): RightEdge[] {
  const best = new Map<string, RightEdge>();
  for (const edge of edges) {
    const id = `${edge.target}\n${edge.kind}`;
    const known = best.get(id);
    if (!known || surer(known.held, edge.held) !== known.held) best.set(id, edge);
  }
  return [...best].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
}

function hashOf(edges: readonly RightEdge[]): string {
  const hash = createHash('sha256');
  for (const { kind, target, held, reason } of edges)
    hash.update(JSON.stringify([kind, target, held.certainty, held.condition ?? null, reason]));
  return hash.digest('hex').slice(0, 40);
}

const WORDS: Readonly<Record<string, string>> = { CAN_CONTROL: 'control', CAN_WRITE: 'write', CAN_PUT: 'put', CAN_READ: 'read' };

function permission(key: string, edges: readonly RightEdge[]): EntityFact {
  const counts = Object.keys(WORDS)
    .map((kind) => ({ word: WORDS[kind] as string, count: edges.filter((edge) => edge.kind === kind).length }))
    .filter(({ count }) => count > 0);
  const only = edges.length === 1 ? ` ${(edges[0] as RightEdge).target.replace(/^aws:/, '')}` : '';
  return {
    key,
    kind: 'Permission',
    name: only ? `${counts[0]?.word}${only}` : counts.map(({ word, count }) => `${word} ${count}`).join(', '),
    provider: 'aws',
    properties: { targets: edges.length },
  };
}

const relationship = (source: string, { kind, target, held, reason }: RightEdge): RelationshipFact => ({
  source,
  kind,
  target,
  basis: 'entitled',
  certainty: held.certainty,
  reason,
  ...(held.condition !== undefined && { condition: held.condition }),
  ...(held.conditionClass !== undefined && { conditionClass: held.conditionClass }),
});
