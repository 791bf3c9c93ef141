/**
 * The steps of `retire`: save → issue → distribute → confirm → disable → soak → delete, ordered by dependency impact: what nobody
 * needs and what has a fallback first, shared credentials later, tier 0 last. No prefix leaves a consumer without a valid proof.
 */
import { entityKindAt, tierAt } from '../../graph/access-graph.ts';
import { counted } from '../../model/counted.ts';
import { grouped } from '../../model/grouped.ts';
import { GRADES, type Refusal } from '../../model/plan.ts';
import type { Proposal } from './contain.ts';
import { distributions } from './distributions.ts';
import { draftOf, keysOf, subjectOf } from './draft.ts';
import { type Footholds, identitiesOf, isIdentity, isProof, leavingOf, proofsOf } from './footholds.ts';
import type { Control, Draft, PlanInput } from './input.ts';
import { outageOf } from './outage.ts';
import { type Dependence, dependenceOn } from './replacement.ts';
import { splitReplacement } from './split-replacement.ts';
import { systemOf } from './steps/index.ts';

/** One credential on its way out. */
interface Retirement {
  readonly target: number;
  readonly dependence: Dependence;
  readonly drafts: readonly Draft[];
  readonly begin: readonly Draft[];
  readonly disable: Draft;
  readonly delete: Draft | undefined;
}

export function retirement(input: PlanInput, footholds: Footholds): Proposal {
  const { graph } = input;
  const refusals: Refusal[] = [];
  const dependences = new Map<number, Dependence>();
  for (const target of footholds.targets) {
    if (entityKindAt(graph, target) === 'Session') {
      refusals.push({
        target: graph.keys[target]!,
        rule: 'sessions are not retired',
        reason: 'a session ends by itself; use --mode contain to cut it now',
      });
    } else if (!isProof(graph, target) && !isIdentity(graph, target)) {
      refusals.push({
        target: graph.keys[target]!,
        rule: 'a place, not a proof',
        reason: 'only credentials and identities are retired: name what is in it',
      });
    } else dependences.set(target, dependenceOn(graph, target, footholds.targets));
  }
  const retired: Retirement[] = [];
  for (const target of [...dependences.keys()].sort(byImpact(input, dependences))) {
    // Proofs of new identities take no room of the old one.
    const room = input.split ? { deletedFirst: [] } : roomFor(input, target, dependences);
    if ('refusal' in room && room.refusal !== undefined) {
      refusals.push({ target: graph.keys[target]!, rule: '5: no room for a replacement', reason: room.refusal });
      continue;
    }
    const made = retire(input, target, { dependences, deletedFirst: room.deletedFirst });
    if ('reason' in made) refusals.push({ target: graph.keys[target]!, rule: made.rule ?? 'no control', reason: made.reason });
    else retired.push(made);
  }
  const kept = unharmful(input, retired, refusals);
  return { drafts: sequenced(input, kept, footholds), cuts: [], refusals };
}

const byImpact =
  ({ graph }: PlanInput, dependences: ReadonlyMap<number, Dependence>) =>
  (a: number, b: number): number =>
    dependences.get(a)!.rank - dependences.get(b)!.rank || (graph.keys[a]! < graph.keys[b]! ? -1 : 1);

/** A provider's limit of live proofs: a replacement needs room. A target that nobody needs makes room when it is deleted first. */
function roomFor(
  { graph, facts }: PlanInput,
  target: number,
  dependences: ReadonlyMap<number, Dependence>,
): { readonly refusal?: string; readonly deletedFirst: readonly number[] } {
  const subject = subjectOf({ graph, facts }, target);
  const system = systemOf(subject.key);
  const most = system.most?.(subject);
  if (most === undefined || !dependences.get(target)!.isNeeded) return { deletedFirst: [] };
  for (const identity of identitiesOf(graph, target)) {
    const all = proofsOf(graph, identity).filter(
      (one) => entityKindAt(graph, one) === 'Credential' && system.most?.(subjectOf({ graph, facts }, one)) !== undefined,
    );
    if (all.length < most) continue;
    const spare = all.filter((one) => one !== target && dependences.get(one)?.isNeeded === false);
    if (all.length - spare.length < most) return { deletedFirst: spare };
    const idle = all.find((one) => one !== target && graph.over[one]);
    const others = all.filter((one) => one !== target).map((one) => graph.keys[one]);
    const cure =
      idle === undefined
        ? `Move the consumers of ${others.join(', ')} first, then retire it together with this one`
        : `${graph.keys[idle]} is inactive: retire it together with this one`;
    return {
      refusal: `${graph.keys[identity]} has ${all.length} access keys, inactive ones included, and may have ${most}: a third cannot be issued. ${cure}`,
      deletedFirst: [],
    };
  }
  return { deletedFirst: [] };
}

function retire(
  input: PlanInput,
  target: number,
  { dependences, deletedFirst }: { dependences: ReadonlyMap<number, Dependence>; deletedFirst: readonly number[] },
): Retirement | { readonly rule?: string; readonly reason: string } {
  const { graph } = input;
  const key = graph.keys[target]!;
  const system = systemOf(key);
  const subject = subjectOf(input, target);
  const dependence = dependences.get(target)!;
  const replacement = dependence.isNeeded ? { ...dependence, isElsewhere: input.split !== undefined } : undefined;
  const disabling = system.disable(subject, replacement);
  if (!disabling) return { reason: `no known call disables ${key}` };
  const chain: Draft[] = [];
  const add = (control: Control | undefined, why: string, parts: Partial<Draft> = {}): Draft | undefined => {
    if (!control) return undefined;
    const previous = chain.at(-1);
    const draft = draftOf(input, { target, control, why, ...(previous && { needs: [previous.id] }), ...parts });
    chain.push(draft);
    return draft;
  };
  add(system.save(subject), 'what is there now is kept, so that it can be compared and brought back');
  let ends: readonly string[] | undefined;
  let isKept = system.carriesRights === true;
  if (dependence.isNeeded && input.split !== undefined) {
    if (!isCredential(input, target))
      return { rule: 'split', reason: `only a credential is split: name one of ${proofNames(input, target)}` };
    const after = chain.map(({ id }) => id);
    const split = splitReplacement({ input: { ...input, split: input.split }, target, dependence, after });
    if ('reason' in split) return { rule: 'split', reason: split.reason };
    chain.push(...split.drafts);
    ends = split.ends;
    isKept &&= split.needsOld;
  } else if (dependence.isNeeded) {
    const serves = { for: target };
    const who = dependence.consumers.length + dependence.unexplained.length;
    const room = deletedFirst.flatMap((one) => deletionId(input, one) ?? []);
    const issued = system.issue(subject, dependence);
    if (!issued) return { reason: `no known call issues a replacement of ${key}` };
    add(issued, `${counted(who, 'consumer needs', 'consumers need')} a proof before this one goes`, {
      ...serves,
      needs: [...chain.slice(-1).map(({ id }) => id), ...room],
    });
    const handing = { dependence, issued: chain.at(-1)!, hasNewName: system.issuesNewName === true };
    const handed = dependence.consumers.length > 0 ? distributions(input, target, handing) : undefined;
    if (handed) chain.splice(-1, 1, handed.issued, ...handed.steps);
    const confirming = system.confirm(subject, dependence);
    add(confirming, confirmWhy(dependence), { ...serves, ...(handed && { needs: handed.steps.map(({ id }) => id) }) });
  }
  const disable = add(disabling, dependence.isNeeded ? 'nobody was seen on it any more' : 'nothing that is known depends on it', {
    cuts: leavingOf(graph, target),
    kills: [target],
    releases: dependence.releases,
    ...(ends && { needs: ends }),
  })!;
  add(system.soak(subject), 'a disabled proof can be given back in seconds, a deleted one never: rare schedules show here');
  const isReplacedRole = dependence.isNeeded && isKept;
  const deletion = isReplacedRole ? undefined : add(system.delete(subject, replacement), 'it was disabled and nobody missed it');
  return {
    target,
    dependence,
    drafts: chain,
    begin: chain.filter(({ action }) => action === 'save' || action === 'issue'),
    disable,
    delete: deletion,
  };
}

const isCredential = ({ graph }: PlanInput, target: number): boolean => entityKindAt(graph, target) === 'Credential';

function proofNames({ graph }: PlanInput, identity: number): string {
  const credentials = proofsOf(graph, identity).filter((one) => entityKindAt(graph, one) === 'Credential');
  return keysOf(graph, credentials).join(', ') || 'its proofs, of which none is known';
}

function deletionId(input: PlanInput, target: number): string | undefined {
  const control = systemOf(input.graph.keys[target]!).delete(subjectOf(input, target));
  return control && draftOf(input, { target, control, why: '' }).id;
}

const confirmWhy = ({ unexplained }: Dependence): string =>
  unexplained.length === 0
    ? 'the old one goes only when each consumer was seen on the new one'
    : `the old one goes only when each consumer was seen on the new one; ${counted(unexplained.length, 'origin')} that no known workload explains must be attributed or accepted first`;

/**
 * Retirements after which, step by step, nothing breaks in the lower bound. The others are refused by name of what would break. Those of
 * one rank go together: one by one they are only asked where together they break something.
 */
function unharmful(input: PlanInput, retired: readonly Retirement[], refusals: Refusal[]): Retirement[] {
  const kept: Retirement[] = [];
  const isHarmless = (more: readonly Retirement[]): boolean => {
    const { lo } = outageOf(
      input.graph,
      [...kept, ...more].map(({ disable }) => disable),
    );
    return GRADES.every((grade) => lo[grade] === 0);
  };
  for (const group of grouped(retired, ({ dependence }) => `${dependence.rank}`).values()) {
    if (isHarmless(group)) kept.push(...group);
    else addUnharmful(input, group, { kept, refusals });
  }
  return kept;
}

function addUnharmful(
  input: PlanInput,
  group: readonly Retirement[],
  { kept, refusals }: { kept: Retirement[]; refusals: Refusal[] },
): void {
  for (const one of group) {
    const outage = outageOf(input.graph, [...kept.map(({ disable }) => disable), one.disable]);
    if (GRADES.every((grade) => outage.lo[grade] === 0)) {
      kept.push(one);
      continue;
    }
    const broken = outage.items.filter(({ bound }) => bound === 'lo').map(({ key }) => key);
    refusals.push({
      target: input.graph.keys[one.target]!,
      rule: '6: nobody is stranded',
      reason: `disabling it would still break ${broken.slice(0, 3).join(', ')}${broken.length > 3 ? ` and ${broken.length - 3} more` : ''}, which no replacement reaches`,
    });
  }
}

/** Preparations of all first; then rank by rank; what is irreversible when every one is disabled. */
function sequenced(input: PlanInput, retired: readonly Retirement[], { minters }: Footholds): Draft[] {
  const { graph } = input;
  const byTarget = new Map(retired.map((one) => [one.target, one]));
  const needed = new Set(retired.flatMap(({ begin }) => begin.flatMap(({ needs }) => needs)));
  const disables = retired.map(({ disable }) => disable.id);
  return retired.flatMap((one) => {
    const cheaper = retired.filter(({ dependence }) => dependence.rank < one.dependence.rank).map(({ disable }) => disable.id);
    const parents = (minters.get(one.target) ?? []).flatMap((parent) => byTarget.get(parent)?.disable.id ?? []);
    return one.drafts.map((draft) => {
      if (one.begin.includes(draft)) return draft;
      if (draft === one.delete) {
        const isEarly = needed.has(draft.id);
        return {
          ...draft,
          after: isEarly ? childrenOf(one.target, minters, byTarget) : disables,
          notBefore: parents,
          needs: [...draft.needs, ...proofDeletions(input, one.target, byTarget)],
        };
      }
      const isTopTier = tierAt(graph, one.target) === 0 || one.dependence.hasTierZero;
      return { ...draft, after: cheaper, approvals: draft === one.disable && isTopTier ? 1 : draft.approvals };
    });
  });
}

const childrenOf = (parent: number, minters: Footholds['minters'], byTarget: ReadonlyMap<number, Retirement>): string[] =>
  [...minters].flatMap(([child, parents]) => (parents.includes(parent) ? (byTarget.get(child)?.disable.id ?? []) : []));

/** Rule 5: a user is deleted after its keys. */
function proofDeletions({ graph }: PlanInput, identity: number, byTarget: ReadonlyMap<number, Retirement>): string[] {
  if (isProof(graph, identity)) return [];
  return proofsOf(graph, identity).flatMap((proof) => byTarget.get(proof)?.delete?.id ?? []);
}
