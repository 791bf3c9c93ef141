/** An identity that is not ours is cut where it is trusted: at each role that it may assume. */
import { entityKindAt, nameAt } from '../../graph/access-graph.ts';
import { draftOf, subjectOf } from './draft.ts';
import { leavingOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { systemOf } from './steps/index.ts';

type Asked = Pick<PlanInput, 'graph' | 'facts' | 'connectorOf'>;

/** Empty where it is trusted nowhere that is known, or where a system that trusts it has no such control. */
export function untrusted(input: Asked, external: number, why: string): Draft[] {
  const { graph } = input;
  if (entityKindAt(graph, external) !== 'External') return [];
  const found: Draft[] = [];
  for (const { role, cuts, removes } of waysIn(input, external)) {
    const control = systemOf(graph.keys[role]!).untrust?.(subjectOf(input, role), [graph.keys[external]!]);
    if (!control) return [];
    found.push(draftOf(input, { target: role, for: external, control, cuts, removes, why }));
  }
  return found;
}

interface WayIn {
  readonly role: number;
  /** What leaves the identity on this way. */
  readonly cuts: readonly number[];
  readonly removes: readonly number[];
}

/** Directly, or as one of those that a pattern names; a pattern stays for the others. */
function waysIn({ graph }: Asked, external: number): WayIn[] {
  const ways = new Map<number, { cuts: number[]; removes: number[] }>();
  const add = (role: number, cut: number, remove: number): void => {
    const way = ways.get(role) ?? { cuts: [], removes: [] };
    way.cuts.push(cut);
    way.removes.push(remove);
    ways.set(role, way);
  };
  for (const r of leavingOf(graph, external)) {
    const { kind } = nameAt(graph, r);
    const target = graph.targets[r]!;
    if (kind === 'CAN_ASSUME') add(target, r, r);
    if (kind !== 'MEMBER_OF' || entityKindAt(graph, target) !== 'External') continue;
    for (const next of leavingOf(graph, target)) {
      if (nameAt(graph, next).kind === 'CAN_ASSUME') add(graph.targets[next]!, r, next);
    }
  }
  return [...ways].map(([role, way]) => ({ role, ...way }));
}
