/** What steps together break: `outage-radius.ts` on what they end, take away and release. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import type { OutageRadius } from '../outage-radius.ts';
import { outageRadius } from '../outage-radius.ts';
import type { Draft } from './input.ts';

export function outageOf(graph: AccessGraph, steps: Iterable<Pick<Draft, 'kills' | 'removes' | 'releases'>>): OutageRadius {
  const dead = new Set<number>();
  const removed = new Set<number>();
  const released = new Set<number>();
  for (const { kills, removes, releases } of steps) {
    for (const one of kills) dead.add(one);
    for (const r of removes) removed.add(r);
    for (const r of releases) released.add(r);
  }
  return outageRadius(graph, {
    dead: [...dead],
    ...(removed.size > 0 && { removed: maskOf(graph, removed) }),
    ...(released.size > 0 && { released: maskOf(graph, released) }),
  });
}

export function maskOf(graph: AccessGraph, relationships: Iterable<number>): Uint8Array {
  const mask = new Uint8Array(graph.size);
  for (const r of relationships) mask[r] = 1;
  return mask;
}
