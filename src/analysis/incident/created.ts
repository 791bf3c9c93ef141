/** What the subjects made or changed since the incident began. */
import { type AccessGraph, entityKindAt, nameAt } from '../../graph/access-graph.ts';
import type { Json, Time } from '../../model/entity.ts';
import { enteringBy, type Footholds } from '../plan/footholds.ts';
import type { PlanFacts } from '../plan/input.ts';
import { touches } from '../plan/touched.ts';

export interface Created {
  readonly key: string;
  readonly kind: string;
  readonly at: Time | null;
  readonly by: string;
  /** The provider's word for it. */
  readonly action: string;
}

export interface CreatedQuestion {
  readonly footholds: Footholds;
  readonly since: Time;
  readonly facts: PlanFacts;
}

/** Proofs that were minted, and changes that the log names; the newest first. */
export function createdBy(graph: AccessGraph, question: CreatedQuestion): Created[] {
  const all = new Map<string, Created>();
  for (const one of [...minted(graph, question), ...changed(graph, question)]) all.set(`${one.key} ${one.action} ${one.at}`, one);
  return [...all.values()].sort((a, b) =>
    (a.at ?? '') > (b.at ?? '') ? -1 : (a.at ?? '') < (b.at ?? '') ? 1 : a.key < b.key ? -1 : 1,
  );
}

function* minted(graph: AccessGraph, { footholds, facts }: CreatedQuestion): Generator<Created> {
  const isTarget = new Set(footholds.targets);
  for (const child of footholds.joined) {
    for (const r of enteringBy(graph, child, ['MINTED'])) {
      const parent = graph.sources[r]!;
      if (!footholds.joined.has(parent) || (isTarget.has(child) && isTarget.has(parent))) continue;
      const fact = facts.relationship?.(nameAt(graph, r));
      yield {
        key: graph.keys[child]!,
        kind: entityKindAt(graph, child),
        at: fact?.firstSeen ?? null,
        by: graph.keys[parent]!,
        action: textOf(fact?.properties?.['action']) ?? 'minted',
      };
    }
  }
}

function* changed(graph: AccessGraph, { footholds, since, facts }: CreatedQuestion): Generator<Created> {
  const held = [...footholds.joined];
  const keys = new Set(held.map((one) => graph.keys[one]!));
  for (const { thing, actor, properties } of touches(graph, { held, since, facts })) {
    for (const change of listOf(properties['changes'])) {
      const at = textOf(change['at']) ?? null;
      const credential = textOf(change['credential']);
      if ((at !== null && at < since) || (credential !== undefined && !keys.has(credential))) continue;
      yield {
        key: graph.keys[thing]!,
        kind: entityKindAt(graph, thing),
        at,
        by: credential ?? textOf(change['by']) ?? graph.keys[actor]!,
        action: textOf(change['action']) ?? 'changed',
      };
    }
  }
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

const listOf = (value: Json | undefined): readonly { readonly [key: string]: Json }[] =>
  Array.isArray(value)
    ? value.filter(
        (one): one is { readonly [key: string]: Json } => typeof one === 'object' && one !== null && !Array.isArray(one),
      )
    : [];
