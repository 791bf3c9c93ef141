/**
 * Rule 2: a control that its target can edit does not hold by itself. Where an enforcer has one that the target cannot edit, it comes
 * first, in an earlier wave; the inner one follows, and is the one that goes at once when the outer one turns out not to be permitted.
 */
import { draftOf, subjectOf } from './draft.ts';
import { identitiesOf, isIdentity, isProof, leavingOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { outageOf } from './outage.ts';
import type { Recreation } from './recreation.ts';
import { systemOf } from './steps/index.ts';
import type { Strike } from './strikes.ts';

/** By foothold. Within the budget, in the order of the strikes. */
export function outerControls(
  input: PlanInput,
  accepted: readonly Strike[],
  { recreated, blocks }: { recreated: Recreation; blocks: readonly Draft[] },
): ReadonlyMap<number, Draft> {
  const { graph, budgets } = input;
  const limit = budgets['down'];
  const chosen = [...accepted.map(({ draft }) => draft), ...blocks];
  const byIdentity = new Map<number, Draft | undefined>();
  const found = new Map<number, Draft>();
  const outerOf = (identity: number, foothold: number): Draft | undefined => {
    const draft = outerDraft(input, identity, foothold);
    const all = [...chosen, ...[...byIdentity.values()].flatMap((one) => one ?? []), ...(draft ? [draft] : [])];
    return draft && (limit === undefined || outageOf(graph, all).lo.down <= limit) ? draft : undefined;
  };
  for (const { footholds, isSession } of accepted) {
    for (const foothold of isSession ? [] : footholds) {
      if (!recreated.self.has(foothold)) continue;
      for (const identity of isProof(graph, foothold) ? identitiesOf(graph, foothold) : [foothold]) {
        if (!isIdentity(graph, identity)) continue;
        if (!byIdentity.has(identity)) byIdentity.set(identity, outerOf(identity, foothold));
        const outer = byIdentity.get(identity);
        if (outer) found.set(foothold, outer);
      }
    }
  }
  return found;
}

function outerDraft(input: PlanInput, identity: number, foothold: number): Draft | undefined {
  const { graph, facts } = input;
  const key = graph.keys[identity]!;
  const control = systemOf(key).outer?.(subjectOf(input, identity), (other) => facts.entity(other));
  if (!control) return undefined;
  const draft = draftOf(input, {
    target: identity,
    ...(foothold !== identity && { for: foothold }),
    control,
    cuts: leavingOf(graph, identity),
    kills: [identity],
    purpose: 'outer',
    why: `${key} can issue its own proof and edit what denies it, so it is denied as a whole by a control that it cannot edit; its own follow`,
  });
  // A person takes longer than the attacker: then the inner control goes now.
  return draft.connector === 'manual' ? undefined : { ...draft, continue: true };
}
