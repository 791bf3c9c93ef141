/**
 * Which of a user's keys a step made. IAM's keys can hold no mark, so:
 *
 * 1. A key whose making was answered is known by its id: this process holds it, or the store has it as a trace. No other is the step's.
 * 2. Where no answer was ever stored (the process ended between the call and its record), the step's is a key that was not there before
 *    (pre-image), was made after the intent was stored and no later than a call may take, and that nobody ever used: its secret was lost
 *    with the answer. Where several are so, nobody can tell which, and none is touched.
 *
 * Any other key is somebody else's, and no step takes it away. What is left open: a key made by hand in those minutes, instead of ours
 * and not used so far, looks the same; it is deleted only where ours is not there, and its id stands in the evidence.
 */
import type { AwsBefore } from '../../model/aws-actions.ts';
import { MINUTE_MS, SECOND_MS } from '../../model/durations.ts';
import { RefusedError } from '../../model/errors.ts';
import type { EnforcerContext } from '../../ports/enforcer.ts';
import type { KeyNow, Place } from './control-now.ts';
import { ask, calls } from './operations.ts';

/** From the intent to the end of its call: retries and a provider that asks to wait included. */
const LONGEST_CALL_MS = 15 * MINUTE_MS;

export interface OwnKeysQuestion {
  /** Beside the one that is replaced. */
  readonly others: readonly KeyNow[];
  /** What the process itself was given: the id of the key in the hand-over. */
  readonly known: string | undefined;
  readonly context: EnforcerContext;
  readonly place: Place;
}

/** Throws a RefusedError where several may be the step's. */
export async function ownKeys({ others, known, context, place }: OwnKeysQuestion): Promise<readonly KeyNow[]> {
  const { recorded } = context;
  const answered = new Set([...(recorded?.traces ?? []), ...(known === undefined ? [] : [known])]);
  const ours = others.filter(({ id }) => answered.has(id));
  if (ours.length > 0 || !recorded) return ours;
  const { keys: before = [] } = JSON.parse(recorded.preImage() || '{}') as AwsBefore;
  const candidates: KeyNow[] = [];
  for (const key of others)
    if (!before.includes(key.id) && isOfTheCall(key, recorded.since) && !(await wasUsed(key.id, place))) candidates.push(key);
  if (candidates.length <= 1) return candidates;
  const ids = candidates.map(({ id }) => id).join(', ');
  throw new RefusedError(
    `${ids} were made since ${recorded.since}, and which of them this step made is not known: delete the one that nobody made by hand, then execute again`,
  );
}

/** IAM says the time of a key by the second. */
function isOfTheCall({ createdAt }: KeyNow, since: string): boolean {
  const begin = Math.floor(Date.parse(since) / SECOND_MS) * SECOND_MS;
  const at = createdAt?.getTime() ?? Number.NaN;
  return at >= begin && at <= begin + LONGEST_CALL_MS;
}

export async function wasUsed(AccessKeyId: string, { session, signal }: Place): Promise<boolean> {
  const { AccessKeyLastUsed } = await ask(session, calls.lastUsed, { AccessKeyId }, signal);
  return AccessKeyLastUsed?.LastUsedDate !== undefined;
}

/** For people. */
export const madeAt = ({ id, createdAt }: KeyNow): string =>
  createdAt === undefined ? id : `${id} (made at ${createdAt.toISOString()})`;
