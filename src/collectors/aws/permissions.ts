/**
 * Permissions are shared: equal effective rights are one entity, keyed by the hash of what
 * gives them.
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { awsPermission } from '../../model/keys.ts';
import type { RelationshipKind } from '../../model/kinds.ts';
import { sha256 } from '../../model/ledger.ts';
import { type Held, surer } from './held.ts';

export interface RightEdge {
  readonly kind: Extract<RelationshipKind, `CAN_${string}`>;
  readonly target: string;
  readonly held: Held;
  readonly reason: string;
}

export class PermissionBook {
  readonly #known = new Set<string>();

  /**
   * The key of the permission that these edges are; its facts are handed to `emit` the first time. `id` stands for what the rights
   * come from, so that a permission outlives the things that it is about. Undefined when there are no edges.
   */
  keyOf(id: string, edges: readonly RightEdge[], emit: (facts: PermissionFacts) => void): string | undefined {
    if (edges.length === 0) return undefined;
    const key = awsPermission(sha256(id).slice(0, 40));
    if (this.#known.has(key)) return key;
    this.#known.add(key);
    const distinct = normalised(edges);
    emit({ entity: permission(key, distinct), relationships: distinct.map((edge) => relationship(key, edge)) });
    return key;
  }
}

export interface PermissionFacts {
  readonly entity: EntityFact;
  readonly relationships: readonly RelationshipFact[];
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
