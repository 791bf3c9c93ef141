import { draftOf, subjectOf } from './draft.ts';
import { identitiesOf, isProof, leavingOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { outageOf } from './outage.ts';
import type { Recreation } from './recreation.ts';
import { systemOf } from './steps/index.ts';
import type { Strike } from './strikes.ts';

/** Rule 10: up to the identity only where it can prove itself anew, and where that stops nothing else. */
export function wholeIdentities(
  input: PlanInput,
  accepted: readonly Strike[],
  { recreated, blocks }: { recreated: Recreation; blocks: readonly Draft[] },
): Draft[] {
  const { graph } = input;
  const chosen = [...accepted.map(({ draft }) => draft), ...blocks];
  const broken = (steps: readonly Draft[]): string => JSON.stringify(outageOf(graph, steps).lo);
  const before = broken(chosen);
  const found = new Map<number, Draft>();
  for (const { footholds, draft } of accepted) {
    for (const one of footholds) {
      if (!recreated.self.has(one) || !isProof(graph, one) || draft.action !== 'quarantine') continue;
      for (const identity of identitiesOf(graph, one)) {
        const denied = found.has(identity) ? undefined : deniedIdentity(input, identity, one);
        if (denied && broken([...chosen, ...found.values(), denied]) === before) found.set(identity, denied);
      }
    }
  }
  return [...found.values()];
}

function deniedIdentity(input: PlanInput, identity: number, proof: number): Draft | undefined {
  const { graph } = input;
  const control = systemOf(graph.keys[identity]!).denyIdentity?.(subjectOf(input, identity));
  if (!control || control.parameters['userName'] === undefined) return undefined;
  return draftOf(input, {
    target: identity,
    for: proof,
    control,
    cuts: leavingOf(graph, identity),
    kills: [identity],
    why: `${graph.keys[identity]} can make itself another key in the seconds until the first is seen as inactive everywhere; denying the whole user stops nothing more`,
  });
}
