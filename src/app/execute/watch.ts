/**
 * Steps of `retire` that only wait. What the logs say ends them; where the logs cannot say it, a person does (`interlock confirm`).
 *
 *     confirm   every consumer that it waits for was seen on a new proof of the same identity since it was issued, or,
 *               where a credential is split, on the identity that was made for it; where there is none, its issuer is asked. Who
 *               could not be told apart is never seen
 *     soak      its days are over, and every log that ever saw the old proof in use has gone on past them without a use
 */
import { DAY_MS } from '../../model/durations.ts';
import type { Relationship, Time } from '../../model/entity.ts';
import type { PlanStep } from '../../model/plan.ts';
import { moveStep, type Run, recordOf, stepDraft, stepsOf } from './run.ts';
import { issueFor, sightingFor } from './sighting.ts';

/** Neighbours looked at of one thing: more consumers than this are confirmed by a person. */
const MOST = 1000;

interface Seen {
  readonly isOver: boolean;
  readonly evidence: readonly string[];
}

/** Looks once at a step that waits. Moves it on when it is over. */
export async function watchStep(run: Run, step: PlanStep): Promise<void> {
  const { state } = recordOf(run, step);
  if (state !== 'accepted') return;
  const seen = await lookAt(run, step);
  if (!seen) return;
  const news = seen.evidence.filter((line) => !recordOf(run, step).evidence.includes(line));
  if (!seen.isOver && news.length === 0) return;
  const ledger = [
    stepDraft(run, step, 'probe', { state: seen.isOver ? 'effective' : 'propagating', evidence: [...seen.evidence] }),
  ];
  await moveStep(run, step, { to: seen.isOver ? 'effective' : 'accepted', from: ['accepted'], evidence: news, ledger });
}

async function lookAt(run: Run, step: PlanStep): Promise<Seen | undefined> {
  const credential = step.for ?? step.target;
  if (step.action === 'confirm') return lookAtConsumers(run, step, credential);
  if (step.action === 'soak') return lookAtSilence(run, step, credential);
  return undefined;
}

async function lookAtConsumers(run: Run, step: PlanStep, credential: string): Promise<Seen | undefined> {
  const waitsFor = step.parameters['waitsFor'];
  const issued = issueOf(run, step);
  if (!Array.isArray(waitsFor) || waitsFor.length === 0 || issued === undefined) return undefined;
  const uses = (await newUses(run, step, credential)).filter(isSeen);
  const before = (await usesOf(run, [credential])).filter(isSeen);
  const isOnNew = onNewOf(step);
  const isOnOld = onOldOf(step);
  const seen: string[] = [];
  const open: string[] = [];
  for (const consumer of waitsFor as readonly string[]) {
    const onNew = newest(uses.filter((use) => isOnNew(use, consumer) && use.lastUsed > issued));
    const old = before.filter((use) => isOnOld(use, consumer));
    const onOld = newest(old);
    const isLeft = !onNew || !old.some((use) => isOpenBeside(use, onNew));
    const asked = onNew || !isAlone(step) ? undefined : await sightingFor(run, step);
    const last = onNew?.lastUsed ?? asked?.lastUsed;
    const hasMoved = last !== undefined && isLeft && (!onOld || onOld.lastUsed < last);
    if (!hasMoved) open.push(consumer);
    if (onNew && hasMoved) seen.push(`${consumer} was seen on ${onNew.target} at ${onNew.lastUsed}`);
    for (const line of asked?.evidence ?? []) seen.push(`${consumer}: ${line}`);
  }
  const waits = open.length > 0 ? [`not yet seen on the new one alone: ${open.join(', ')}`] : [];
  return { isOver: open.length === 0, evidence: [...seen, ...waits] };
}

/** What was issued was given to one consumer and nobody else, under no identity of its own by which a log would tell its use. */
const isAlone = ({ forConsumers, parameters: { onto, waitsFor } }: PlanStep): boolean =>
  forConsumers !== undefined && onto === undefined && (waitsFor as readonly string[]).length === 1;

type SeenUse = Relationship & { readonly lastUsed: Time };
const isSeen = (use: Relationship): use is SeenUse => use.basis === 'observed' && use.lastUsed !== undefined;
const newest = (uses: readonly SeenUse[]): SeenUse | undefined =>
  uses.reduce<SeenUse | undefined>((best, use) => (best && best.lastUsed >= use.lastUsed ? best : use), undefined);

/**
 * A session that began on the old one long ago is used as long as it is open: where the collection that saw the new use saw it too, a part
 * of the consumer has not moved.
 */
const isOpenBeside = (old: SeenUse, { claims }: SeenUse): boolean =>
  clientOf(old.source) !== undefined && collectedAt(old.claims) >= collectedAt(claims);

/** When it was last told by somebody who saw it. */
const collectedAt = (claims: Relationship['claims']): Time =>
  claims.reduce((last, { fact, lastSeen }) => (fact.basis === 'observed' && lastSeen > last ? lastSeen : last), '');

type Match = (use: SeenUse, consumer: string) => boolean;

/**
 * Whoever uses what was made for one consumer and given to nobody else is that consumer, by whatever name the log knows it. Where several
 * got the same, each has to be seen by its own; a client that is known by the user it logs in as has another name now.
 */
function onNewOf({ parameters: { onto, waitsFor } }: PlanStep): Match {
  if (typeof onto !== 'string') return ({ source }, consumer) => source === consumer;
  if ((waitsFor as readonly string[]).length === 1) return () => true;
  return ({ source }, consumer) => source === consumer || clientOf(source) === (clientOf(consumer) ?? '');
}

/** `checkout@10.0.0.5`, of a client that is told by its sessions. */
const clientOf = (key: string): string | undefined => /^\w+:[^/]+\/sessions\/[^/]+\/(.+)$/.exec(key)?.[1];

/** The consumer, and the places from which its use cannot be another's. */
function onOldOf({ parameters: { origins } }: PlanStep): Match {
  const places = Array.isArray(origins) ? (origins as readonly string[]) : [];
  return ({ source }, consumer) => source === consumer || places.includes(source);
}

/** Uses of what was issued: by the identity that was made for it, else by the new proofs of the same identity. */
async function newUses(run: Run, step: PlanStep, credential: string): Promise<Relationship[]> {
  const { onto } = step.parameters;
  if (typeof onto === 'string') return usesOf(run, [onto, ...(await proofsOf(run, [onto]))], ['USES', 'RUNS_AS']);
  const proofs = await newProofs(run, credential);
  return proofs.length === 0 ? [] : usesOf(run, proofs);
}

/** Of the same identity, by which the issuer's log tells them apart, and not known when the plan was made: a consumer may have had two. */
async function newProofs(run: Run, credential: string): Promise<string[]> {
  const kinds = ['AUTHENTICATES_AS', 'ACTS_FOR'] as const;
  const identities = await run.context.store.neighbours({ keys: [credential], direction: 'out', kinds, limit: MOST });
  if (identities.length === 0) return [];
  const keys = [...new Set(identities.map(({ target }) => target))];
  const others = (await proofsOf(run, keys)).filter((key) => key !== credential);
  const known = await run.context.store.entities(others);
  return known.filter(({ firstSeen }) => firstSeen >= run.plan.createdAt).map(({ key }) => key);
}

async function proofsOf(run: Run, identities: readonly string[]): Promise<string[]> {
  const kinds = ['AUTHENTICATES_AS', 'ACTS_FOR'] as const;
  const proofs = await run.context.store.neighbours({ keys: [...identities], direction: 'in', kinds, limit: MOST });
  return [...new Set(proofs.map(({ source }) => source))];
}

const usesOf = (run: Run, keys: readonly string[], kinds: readonly ('USES' | 'RUNS_AS')[] = ['USES']): Promise<Relationship[]> =>
  run.context.store.neighbours({ keys, direction: 'in', kinds, limit: MOST });

async function lookAtSilence(run: Run, step: PlanStep, credential: string): Promise<Seen | undefined> {
  const days = step.parameters['days'];
  const disabled = endOf(run, 'disable', credential);
  if (typeof days !== 'number' || disabled === undefined) return undefined;
  const until = new Date(Date.parse(disabled) + days * DAY_MS).toISOString();
  const uses = (await usesOf(run, [credential])).filter(isSeen);
  const late = uses.filter(({ lastUsed }) => lastUsed > disabled);
  if (late.length > 0) {
    const evidence = late.map(({ source, lastUsed }) => `${source} used the old one at ${lastUsed}, after it was disabled`);
    return { isOver: false, evidence: evidence.sort() };
  }
  const logs = [...new Set(uses.flatMap(({ claims }) => claims.map(({ origin }) => origin)))];
  if (logs.length === 0)
    return { isOver: false, evidence: ['no log ever saw it in use: silence says nothing; a person confirms'] };
  const silent = await logsBefore(run, logs, until);
  if (silent.length > 0)
    return { isOver: false, evidence: [`soaks until ${until}; ${silent.join(', ')} must tell what came until then`] };
  return { isOver: true, evidence: [`no use from ${disabled} to ${until} in ${logs.sort().join(', ')}`] };
}

/** Log sources whose newest event is older: what they have not told yet is no silence. */
async function logsBefore(run: Run, logs: readonly string[], until: Time): Promise<string[]> {
  const sources = await run.context.store.sources();
  return logs.filter((name) => (sources.find((source) => source.name === name)?.newestEvent ?? '') < until).sort();
}

/** When what a confirm step waits for was issued; of those who could not be told apart nothing was. */
function issueOf(run: Run, step: PlanStep): Time | undefined {
  if (step.parameters['unsettled'] === true) return undefined;
  return timeOfEnd(run, issueFor(run, step));
}

/** When a step of this action for a credential was seen effective. */
const endOf = (run: Run, action: PlanStep['action'], credential: string): Time | undefined =>
  timeOfEnd(
    run,
    stepsOf(run.plan).find((one) => one.action === action && (one.for ?? one.target) === credential),
  );

function timeOfEnd(run: Run, step: PlanStep | undefined): Time | undefined {
  const record = step && recordOf(run, step);
  return record?.state === 'effective' || record?.state === 'partial' ? record.updatedAt : undefined;
}
