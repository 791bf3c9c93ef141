/**
 * The preparations by which a shared credential is split: for each group of consumers issue → distribute → confirm, and one step that
 * waits for whoever could not be told apart. The old value goes only after all of them.
 */
import { counted } from '../../model/counted.ts';
import { type ConsumerGroup, type ConsumerGroups, consumerGroups } from './consumer-groups.ts';
import { distributions } from './distributions.ts';
import { draftOf, subjectOf } from './draft.ts';
import type { Draft, PlanInput, SplitQuestion } from './input.ts';
import type { Dependence } from './replacement.ts';
import { systemOf } from './steps/index.ts';
import { instructed } from './steps/manual.ts';
import type { OwnIssue, Subject } from './steps/subject.ts';

export interface SplitReplacement {
  readonly drafts: readonly Draft[];
  /** What has to be effective before the old value may go. */
  readonly ends: readonly string[];
  /** Some new identity has its rights from the old one. */
  readonly needsOld: boolean;
}

interface Splitting {
  readonly input: PlanInput & { readonly split: SplitQuestion };
  readonly target: number;
  readonly dependence: Dependence;
  /** What issuing waits for. */
  readonly after: readonly string[];
}

export function splitReplacement(splitting: Splitting): SplitReplacement | { readonly reason: string } {
  const { input, target, dependence } = splitting;
  const found = consumerGroups(input, target, dependence);
  if (found.groups.length === 0) {
    const who = [...found.unsettled.map(({ text }) => text), ...found.unexplained].join(', ');
    const cure =
      'use that logs show from an address or with a session name of its own makes one sure; a declared use alone does not always';
    return { reason: `nobody is surely (90 %) a consumer, so there is nobody to split it for: ${cure}. It may be ${who}` };
  }
  const parts = found.groups.map((group) => partOf(splitting, group));
  // Beside the others that are waited for: while it is open, those move on.
  const handed = parts.flatMap(({ confirmed }) => confirmed.needs);
  const settle = settleOf(splitting, found, handed);
  return {
    drafts: [...parts.flatMap(({ drafts }) => drafts), ...(settle ? [settle] : [])],
    ends: [...parts.map(({ confirmed }) => confirmed.id), ...(settle ? [settle.id] : [])],
    needsOld: parts.some(({ needsOld }) => needsOld),
  };
}

interface Part {
  readonly drafts: readonly Draft[];
  readonly confirmed: Draft;
  readonly needsOld: boolean;
}

function partOf({ input, target, dependence, after }: Splitting, group: ConsumerGroup): Part {
  const subject = subjectOf(input, target);
  const consumers = group.consumers.map(({ key }) => key).sort();
  const own = { consumers, ...(group.seen && { seen: group.seen }) };
  const issue = systemOf(subject.key).issueOwn?.(subject, own) ?? issuedByHand(subject, consumers);
  const serves = { target, for: target, forConsumers: consumers };
  const first = draftOf(input, { ...serves, control: issue.control, needs: after, why: issueWhy(input.split, group, issue) });
  const replacement = {
    ...dependence,
    consumers,
    unexplained: [],
    places: group.places,
    ...(issue.name !== undefined && { issuedTo: issue.name }),
  };
  const { issued, steps } = distributions(input, target, {
    dependence: replacement,
    issued: first,
    forConsumers: consumers,
    hasNewName: issue.hasNewName === true,
  });
  const control = systemOf(subject.key).confirm(subject, replacement);
  const origins = [...new Set(group.consumers.flatMap((one) => one.origins))].sort();
  const confirmed = draftOf(input, {
    ...serves,
    control: {
      ...control,
      parameters: {
        ...control.parameters,
        ...(issue.identity !== undefined && { onto: issue.identity }),
        ...(origins.length > 0 && { origins }),
      },
    },
    needs: steps.map(({ id }) => id),
    why: confirmWhy(consumers, issue),
  });
  return { drafts: [issued, ...steps, confirmed], confirmed, needsOld: issue.needsOld === true };
}

const issuedByHand = ({ key }: Subject, consumers: readonly string[]): OwnIssue => ({
  control: instructed({
    action: 'issue',
    reversibility: 'R0',
    text: `have the issuer of ${key} make a credential of its own, with the same rights, for ${consumers.join(' and ')}; write it to a file that only you can read`,
    inverse: 'have the new credential deleted',
    look: 'the issuer lists both',
    parameters: { credential: key, consumers: [...consumers] },
  }),
  rights: 'the same as the shared one: no call that narrows them is known for its issuer',
});

const MOST_EVIDENCE = 2;

function issueWhy({ rights, window }: SplitQuestion, group: ConsumerGroup, issue: OwnIssue): string {
  const who = group.consumers.map(({ key, probability }) => `${key} (${Math.round(probability * 100)} %)`).join(' and ');
  const together =
    group.sharedPlace === undefined
      ? `a credential of its own for ${who}`
      : `one credential for ${who}: they read the same place ${group.sharedPlace}, which cannot hold two values; give each a place of its own to tell them apart`;
  const also = group.alsoRead.length === 0 ? '' : `; ${group.alsoRead.join(', ')} read the same place and get it too`;
  const evidence = group.consumers.flatMap((one) => one.evidence.slice(0, MOST_EVIDENCE));
  const asked = rights === 'same' ? ' (as asked for)' : '';
  return `${together}${also}. Rights: ${issue.rights}${asked}. Seen in the ${counted(window.days, 'day')} until ${window.end}: ${evidence.join('; ')}`;
}

const confirmWhy = (consumers: readonly string[], { identity }: OwnIssue): string =>
  identity === undefined
    ? `the old value goes only when ${consumers.join(' and ')} was seen on the new one`
    : `the old value goes only when ${consumers.join(' and ')} was seen on ${identity}, which nobody else was given`;

/** Whoever may lose the old value without having got a new one: a person says that they do not need it. */
function settleOf(
  { input, target }: Splitting,
  { unsettled, unexplained, unread }: ConsumerGroups,
  handed: readonly string[],
): Draft | undefined {
  if (unsettled.length + unexplained.length + unread.length === 0) return undefined;
  const subject = subjectOf(input, target);
  const waiting = { places: [], consumers: unsettled.map(({ key }) => key), unexplained };
  const control = systemOf(subject.key).confirm(subject, waiting);
  const said = [
    ...(unsettled.length > 0
      ? [`not split off, since it is not sure that they use it: ${unsettled.map(({ text }) => text).join(', ')}`]
      : []),
    ...(unexplained.length > 0 ? [`used from ${unexplained.join(', ')}, and by whom is not known`] : []),
    ...(unread.length > 0
      ? [
          `${unread.join(', ')} ${unread.length === 1 ? 'holds' : 'hold'} the old value, and none of those who get a new one reads it there`,
        ]
      : []),
  ];
  return draftOf(input, {
    target,
    for: target,
    purpose: 'unsettled',
    control: {
      ...control,
      parameters: { ...control.parameters, ...(unread.length > 0 && { places: [...unread] }), unsettled: true },
      probe: 'each of them was told apart (then plan again), or a person said by `interlock confirm` that it does without',
    },
    needs: handed,
    why: `${said.join('; ')}. The old value is not disabled before that is settled`,
  });
}
