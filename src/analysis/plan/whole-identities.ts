/**
 * Rule 10: up from a proof to its identity only where the identity can prove itself anew, or where it is not sure enough who made the
 * incident's use of the proof. Either way only where that stops nothing else; the plan says which, and where it stays with the proof.
 */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { draftOf, subjectOf } from './draft.ts';
import { identitiesOf, isProof, leavingOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { outageOf } from './outage.ts';
import type { Recreation } from './recreation.ts';
import { systemOf } from './steps/index.ts';
import type { Strike } from './strikes.ts';

/** Below it somebody else may have had more than the proof. */
const SURE = 0.9;

export interface WholeIdentities {
  readonly drafts: readonly Draft[];
  /** Of proofs that are cut alone although rule 10 would go up: why. */
  readonly notes: ReadonlyMap<number, string>;
}

export function wholeIdentities(
  input: PlanInput,
  accepted: readonly Strike[],
  { recreated, blocks }: { recreated: Recreation; blocks: readonly Draft[] },
): WholeIdentities {
  const { graph } = input;
  const chosen = [...accepted.map(({ draft }) => draft), ...blocks];
  const broken = (steps: readonly Draft[]): string => JSON.stringify(outageOf(graph, steps).lo);
  let before: string | undefined;
  const found = new Map<number, Draft>();
  const notes = new Map<number, string>();
  for (const strike of accepted) {
    for (const one of strike.footholds) {
      const reason = isProof(graph, one) ? reasonOf(input, strike, { one, recreated }) : undefined;
      for (const identity of reason === undefined ? [] : identitiesOf(graph, one)) {
        if (found.has(identity)) continue;
        const denied = deniedIdentity(input, identity, { strike, proof: one, reason: reason! });
        if (!denied) continue;
        before ??= broken(chosen);
        if (broken([...chosen, ...found.values(), denied]) === before) found.set(identity, denied);
        else if (!recreated.self.has(one))
          notes.set(one, `${reason}; denying all of ${graph.keys[identity]} would stop more, so the proof goes alone`);
      }
    }
  }
  return { drafts: [...found.values()], notes };
}

function reasonOf(
  input: PlanInput,
  { draft, isSession }: Strike,
  { one, recreated }: { one: number; recreated: Recreation },
): string | undefined {
  const { graph, since, attributionOf } = input;
  if (recreated.self.has(one) && draft.action === 'quarantine') {
    return 'it can make itself another key in the seconds until the first is seen as inactive everywhere';
  }
  if (isSession || since === undefined || !input.targets.includes(graph.keys[one]!)) return undefined;
  const sure = attributionOf?.(one, since);
  if (sure === undefined || sure >= SURE) return undefined;
  return `the logs tell only with probability ${sure.toFixed(2)} who made the uses of ${graph.keys[one]} that are new since ${since}: whoever it was may have more of its identity than this proof`;
}

function deniedIdentity(
  input: PlanInput,
  identity: number,
  { strike, proof, reason }: { strike: Strike; proof: number; reason: string },
): Draft | undefined {
  const { graph } = input;
  const control = systemOf(graph.keys[identity]!).denyIdentity?.(subjectOf(input, identity));
  if (!control || isSame(control.parameters, strike.draft.parameters) || isRole(graph, identity)) return undefined;
  return draftOf(input, {
    target: identity,
    for: proof,
    control,
    cuts: leavingOf(graph, identity),
    kills: [identity],
    why: `${graph.keys[identity]}: ${reason}; denying the whole identity stops nothing more (rule 10)`,
  });
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Many assume a role: it is no one's own. */
const isRole = (graph: AccessGraph, identity: number): boolean => /:role\//.test(graph.keys[identity]!);
