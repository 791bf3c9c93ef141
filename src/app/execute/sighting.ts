import { LaterError, messageOf } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Sighting } from '../../ports/enforcer.ts';
import { slotOf } from './hand-over.ts';
import { patiently } from './patience.ts';
import { enforcerContext, enforcerOf, gateOf, type Run, stepsOf } from './run.ts';

/** The step that issued what a step distributes or waits for. */
export const issueFor = (run: Run, step: PlanStep): PlanStep | undefined =>
  stepsOf(run.plan).find((one) => one.action === 'issue' && slotOf(one) === slotOf(step));

/** What the issuer itself says of the use of what was issued. Undefined where it cannot be asked. */
export async function sightingFor(run: Run, step: PlanStep): Promise<Sighting | undefined> {
  const issue = issueFor(run, step);
  if (!issue) return undefined;
  const enforcer = await enforcerOf(run, issue);
  const { sighting } = enforcer;
  if (!sighting) return undefined;
  const ask = () => sighting.call(enforcer, issue, enforcerContext(run, issue));
  try {
    return await gateOf(run, issue).look(() => patiently(run, issue, ask));
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof LaterError) throw error;
    return { evidence: [`${issue.connector} cannot be asked who uses it: ${messageOf(error)}`] };
  }
}
