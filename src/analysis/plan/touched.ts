/** What the logs show that the footholds used since the incident began: taken already. */
import { type AccessGraph, nameAt, relationshipKindAt } from '../../graph/access-graph.ts';
import type { Json, Time } from '../../model/entity.ts';
import { identitiesOf } from './footholds.ts';
import type { PlanFacts } from './input.ts';

export interface Touch {
  readonly relationship: number;
  readonly actor: number;
  readonly thing: number;
  readonly actions: readonly string[];
  readonly lastUsed: Time | undefined;
  readonly properties: Readonly<Record<string, Json>>;
}

export interface TouchQuestion {
  readonly held: readonly number[];
  readonly since: Time | undefined;
  readonly facts: PlanFacts;
}

/**
 * Without a begin nothing is theirs for sure: most use is the consumers'. Else: ACCESSED by the held sessions and identities, and by the identities behind held proofs where the log names one
 * of these proofs.
 */
export function touches(graph: AccessGraph, { held, since, facts }: TouchQuestion): Touch[] {
  if (since === undefined) return [];
  const keys = new Set(held.map((one) => graph.keys[one]!));
  const own = new Set(held);
  const actors = new Set([...held, ...held.flatMap((one) => identitiesOf(graph, one))]);
  const found: Touch[] = [];
  for (const actor of actors) {
    for (let r = graph.starts[actor]!; r < graph.starts[actor + 1]!; r++) {
      if (relationshipKindAt(graph, r) !== 'ACCESSED') continue;
      const fact = facts.relationship?.(nameAt(graph, r));
      const properties = fact?.properties ?? {};
      const lastUsed = fact?.lastUsed ?? graph.details.get(r)?.lastUsed;
      const isTheirs = own.has(actor) || texts(properties['credentials']).some((key) => keys.has(key));
      if (!isTheirs || (lastUsed !== undefined && lastUsed < since)) continue;
      found.push({
        relationship: r,
        actor,
        thing: graph.targets[r]!,
        actions: texts(properties['actions']),
        lastUsed,
        properties,
      });
    }
  }
  return found;
}

export const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : typeof value === 'string' ? [value] : [];
