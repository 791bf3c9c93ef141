/**
 * What has to be taken back when a person or a vendor leaves: their own proofs, and every credential whose value they could have read by
 * their own rights. What they could only have read as somebody else, with such a credential, is not followed: whoever did that is an
 * intruder, and their plan is `contain`.
 */
import { type AccessGraph, entityKindAt, relationshipKindAt } from '../../graph/access-graph.ts';
import { reachFrom } from '../../graph/reach.ts';
import { CONTROL } from '../../model/kinds.ts';
import { isIdentity, proofsOf } from './footholds.ts';

/** Keys of the leavers, their proofs and what they saw, each once. Of what is not an identity only the key itself. */
export function offboarded(graph: AccessGraph, leavers: readonly string[]): string[] {
  const people = leavers.flatMap((key) => graph.indexOf(key) ?? []);
  const identities = people.filter((one) => isIdentity(graph, one));
  const own = identities.flatMap((one) => proofsOf(graph, one));
  const { facets } = reachFrom(graph, identities, { walk: 'sure', without: asOthers(graph) });
  const found = new Set([...people, ...own]);
  for (let entity = 0; entity < graph.order; entity++) {
    if (facets[entity]! & CONTROL && entityKindAt(graph, entity) === 'Credential') found.add(entity);
  }
  const alive = [...found].filter((one) => people.includes(one) || !graph.over[one]);
  return alive.map((one) => graph.keys[one]!);
}

/** 1 where somebody acts as whoever a proof stands for, or takes what was minted. */
function asOthers(graph: AccessGraph): Uint8Array {
  return Uint8Array.from({ length: graph.size }, (_, r) => {
    const kind = relationshipKindAt(graph, r);
    return kind === 'AUTHENTICATES_AS' || kind === 'ACTS_FOR' || kind === 'MINTED' ? 1 : 0;
  });
}
