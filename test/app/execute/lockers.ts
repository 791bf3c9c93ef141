/** A small real system that issues keys and keeps values in lockers, all in one file: what rotation needs, and nothing else. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedError } from '../../../src/model/errors.ts';
import type { PlanStep } from '../../../src/model/plan.ts';
import type { Enforcer } from '../../../src/ports/enforcer.ts';

export interface LockerState {
  /** Values that are in force. */
  readonly valid: readonly string[];
  readonly lockers: Readonly<Record<string, string>>;
}

export interface Lockers {
  readonly enforcer: Enforcer;
  state(): LockerState;
}

export interface LockerFaults {
  /** Called before a locker is written; may throw. */
  beforeWriting?(place: string): void;
}

export function createLockers(
  folder: string,
  faults: LockerFaults = {},
  places: readonly string[] = ['place:one', 'place:two'],
): Lockers {
  const file = join(folder, 'lockers.json');
  const first: LockerState = { valid: ['first'], lockers: Object.fromEntries(places.map((place) => [place, 'first'])) };
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(first));
  const state = (): LockerState => JSON.parse(readFileSync(file, 'utf8')) as LockerState;
  const write = (next: LockerState): void => writeFileSync(file, JSON.stringify(next));
  const isIssue = ({ action }: PlanStep): boolean => action === 'issue';
  const enforcer: Enforcer = {
    name: 'lockers',
    type: 'lockers',
    supports: () => true,
    controlOf: ({ action }) => action,
    async preflight(step) {
      const { valid, lockers } = state();
      return {
        refusals: [],
        preImage: isIssue(step) ? JSON.stringify(valid) : (lockers[step.target] ?? ''),
        preexisting: false,
      };
    },
    async apply(step, { handOver }) {
      const now = state();
      const credential = step.for ?? step.target;
      if (isIssue(step)) {
        const value = randomBytes(8).toString('hex');
        write({ ...now, valid: [...now.valid, value] });
        handOver.give(credential, { value });
        return { evidence: ['a second value was issued'] };
      }
      const found = handOver.find(credential);
      if (!found) throw new RefusedError('there is no new value to distribute');
      faults.beforeWriting?.(step.target);
      write({ ...now, lockers: { ...now.lockers, [step.target]: found.value } });
      return { evidence: [`${step.target} was written`] };
    },
    async probe(step, { handOver }) {
      const { valid, lockers } = state();
      const value = handOver.find(step.for ?? step.target)?.value;
      const isDone = isIssue(step) ? valid.length > 1 : value !== undefined && lockers[step.target] === value;
      return { state: isDone ? 'effective' : 'not-effective', evidence: [`${valid.length} values are in force`] };
    },
    async undo(step, preImage) {
      const now = state();
      if (isIssue(step)) write({ ...now, valid: JSON.parse(preImage) as string[] });
      else write({ ...now, lockers: { ...now.lockers, [step.target]: preImage } });
      return { evidence: ['as it was'] };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  return { enforcer, state };
}
