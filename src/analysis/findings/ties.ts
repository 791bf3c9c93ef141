/** The loaded relationships by kind and end. */
import { grouped } from '../../model/grouped.ts';
import type { RelationshipKind } from '../../model/kinds.ts';
import type { SeenRelationship } from './detector.ts';

export interface Ties {
  readonly from: (source: string, kind: RelationshipKind) => readonly SeenRelationship[];
  readonly into: (target: string, kind: RelationshipKind) => readonly SeenRelationship[];
}

const known = new WeakMap<readonly SeenRelationship[], Ties>();
const NONE: readonly SeenRelationship[] = [];

/** Indexed once for each list. */
export function tiesOf(relationships: readonly SeenRelationship[]): Ties {
  const ready = known.get(relationships);
  if (ready) return ready;
  const bySource = grouped(relationships, ({ source, kind }) => `${kind} ${source}`);
  const byTarget = grouped(relationships, ({ target, kind }) => `${kind} ${target}`);
  const ties: Ties = {
    from: (source, kind) => bySource.get(`${kind} ${source}`) ?? NONE,
    into: (target, kind) => byTarget.get(`${kind} ${target}`) ?? NONE,
  };
  known.set(relationships, ties);
  return ties;
}

export const tieText = ({ source, kind, target, basis }: SeenRelationship): string => `${source} ${kind} ${target} (${basis})`;
