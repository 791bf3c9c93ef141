/** What steps together break: `outage-radius.ts` on what they end, take away and release. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { deathBy, hasConnections } from '../../model/deaths.ts';
import type { Action, StepParameters } from '../../model/plan.ts';
import type { OutageRadius } from '../outage-radius.ts';
import { outageRadius } from '../outage-radius.ts';
import type { Draft } from './input.ts';

/** What steps do to those who depend on things. */
export type Harm = Pick<Draft, 'kills' | 'removes' | 'releases'> & Partial<Pick<Draft, 'keptOpen'>>;

export function outageOf(graph: AccessGraph, steps: Iterable<Harm>): OutageRadius {
  const dead = new Set<number>();
  const ended = new Set<number>();
  const removed = new Set<number>();
  const released = new Set<number>();
  for (const { kills, removes, releases, keptOpen = [] } of steps) {
    for (const one of kills) {
      dead.add(one);
      if (!keptOpen.includes(one)) ended.add(one);
    }
    for (const r of removes) removed.add(r);
    for (const r of releases) released.add(r);
  }
  return outageRadius(graph, {
    dead: [...dead],
    keptOpen: new Set([...dead].filter((one) => !ended.has(one))),
    ...(removed.size > 0 && { removed: maskOf(graph, removed) }),
    ...(released.size > 0 && { released: maskOf(graph, released) }),
  });
}

/** Of what an act ends: that whose open connections it leaves alone, by the table of deaths. */
export function keptOpenBy(
  act: { key: string; action: Action; parameters: StepParameters },
  kills: readonly number[],
): readonly number[] {
  return hasConnections(act.key) && deathBy(act).connections === 'kept' ? kills : [];
}

export function maskOf(graph: AccessGraph, relationships: Iterable<number>): Uint8Array {
  const mask = new Uint8Array(graph.size);
  for (const r of relationships) mask[r] = 1;
  return mask;
}
