import type { PlanStep } from '../../model/plan.ts';
import { moveStep, type Run, recordOf, stepDraft, stepsOf } from './run.ts';

/** Neighbours looked at of one credential. */
const MOST = 1000;

/**
 * Whether somebody came to use what is retired since the plan was made, whom no step waits for: a consumer not yet known, who would be
 * stranded. Says so with the step, which then waits for a person: they accept it by `confirm`, or plan again.
 */
export async function isHeldUp(run: Run, step: PlanStep): Promise<boolean> {
  if (step.action !== 'confirm' || recordOf(run, step).state !== 'accepted') return false;
  const found = await newcomersOf(run, step.for ?? step.target);
  if (found.length === 0) return false;
  const evidence = [
    `used since the plan was made by whom it does not wait for: ${found.join(', ')}; confirm it if they may lose it, or plan again`,
  ];
  if (!recordOf(run, step).evidence.includes(evidence[0]!)) {
    const ledger = [stepDraft(run, step, 'probe', { state: 'propagating', evidence })];
    await moveStep(run, step, { to: 'accepted', from: ['accepted'], evidence, ledger });
  }
  return true;
}

async function newcomersOf(run: Run, credential: string): Promise<string[]> {
  const uses = await run.context.store.neighbours({ keys: [credential], direction: 'in', kinds: ['USES'], limit: MOST });
  const known = knownConsumers(run, credential);
  const isNew = (time: string | undefined): boolean => time !== undefined && time > run.plan.createdAt;
  return uses
    .filter(({ source, basis, firstSeen, lastUsed }) => {
      return basis === 'observed' && !known.has(source) && isNew(firstSeen) && isNew(lastUsed);
    })
    .map(({ source }) => source)
    .sort();
}

/** Who is waited for, and the places from which their use comes. */
function knownConsumers(run: Run, credential: string): ReadonlySet<string> {
  const confirms = stepsOf(run.plan).filter((one) => one.action === 'confirm' && (one.for ?? one.target) === credential);
  const listed = confirms.flatMap(({ forConsumers = [], parameters: { waitsFor, origins } }) => [
    forConsumers,
    waitsFor,
    origins,
  ]);
  return new Set(listed.flatMap((list) => (Array.isArray(list) ? (list as readonly string[]) : [])));
}
