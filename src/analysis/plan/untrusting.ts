/**
 * Rule 3: an identity whose issuer has no say is cut where it is trusted, at each role that it may assume.
 *
 *     External ──CAN_ASSUME──► role            External ──MEMBER_OF──► External (a pattern) ──CAN_ASSUME──► role
 *     service account of a cluster ──MEMBER_OF──► External (its subject) ── … ──► role
 */
import { entityKindAt, nameAt } from '../../graph/access-graph.ts';
import { draftOf, subjectOf } from './draft.ts';
import { isIdentity, leavingOf } from './footholds.ts';
import type { Control, Draft, PlanInput } from './input.ts';
import { systemOf } from './steps/index.ts';
import { instructed } from './steps/manual.ts';

type Asked = Pick<PlanInput, 'graph' | 'facts' | 'connectorOf'>;

/** Empty where it is trusted nowhere that is known. What no system has a control for is left to a person. */
export function untrusted(input: Asked, identity: number, why: string): Draft[] {
  const { graph } = input;
  return waysIn(input, identity).map(({ role, external, cuts, removes }) => {
    const subject = graph.keys[external]!;
    const control = systemOf(graph.keys[role]!).untrust?.(subjectOf(input, role), [subject]);
    const isWhole = control?.endsTarget === true;
    return draftOf(input, {
      target: role,
      for: identity,
      control: control ?? byHand(graph.keys[role]!, subject),
      cuts: isWhole ? [...cuts, ...leavingOf(graph, role)] : cuts,
      removes,
      ...(isWhole && { kills: [role] }),
      ...(external !== identity && { purpose: subject }),
      why: isWhole
        ? `${why}. It has no control for one subject alone: everybody else who logs in by this role is stopped too`
        : why,
    });
  });
}

const byHand = (role: string, subject: string): Control =>
  instructed({
    action: 'block',
    reversibility: 'R0',
    text: `take ${subject} out of what ${role} trusts, or deny it there`,
    inverse: `let ${role} trust ${subject} again`,
    look: `${role} cannot be assumed by ${subject}`,
    parameters: { role, subject },
  });

interface WayIn {
  readonly role: number;
  /** The subject, by the name that its issuer gives it. */
  readonly external: number;
  /** What leaves the identity on this way. */
  readonly cuts: readonly number[];
  readonly removes: readonly number[];
}

/** Directly, or as one of those that a pattern names; a pattern stays for the others. */
function waysIn(input: Asked, identity: number): WayIn[] {
  const { graph } = input;
  if (entityKindAt(graph, identity) === 'External') return waysOf(input, identity);
  if (!isIdentity(graph, identity)) return [];
  return leavingOf(graph, identity).flatMap((r) => {
    const subject = graph.targets[r]!;
    if (nameAt(graph, r).kind !== 'MEMBER_OF' || entityKindAt(graph, subject) !== 'External') return [];
    return waysOf(input, subject).map((way) => ({ ...way, cuts: [r] }));
  });
}

function waysOf({ graph }: Asked, external: number): WayIn[] {
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
  return [...ways].map(([role, way]) => ({ role, external, ...way }));
}
