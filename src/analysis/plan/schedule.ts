/**
 * When each step starts and is effective: lanes in parallel, the steps of a lane one call at a time, what they cause settling side by
 * side; a wave starts when the one before it is effective, and when its approvals are there (asked for when the plan is made).
 */
import { MINUTE_MS } from '../../model/durations.ts';
import type { Draft } from './input.ts';

const APPROVAL_MS = 15 * MINUTE_MS;

export interface Timing {
  /** Milliseconds after the plan was made. */
  readonly startsAt: number;
  readonly effectiveAt: number;
}

export function schedule(
  waves: readonly (readonly Pick<Draft, 'id' | 'lane' | 'callMs' | 'settleMs' | 'approvals'>[])[],
): Map<string, Timing> {
  const timings = new Map<string, Timing>();
  let begin = 0;
  for (const wave of waves) {
    if (wave.some(({ approvals }) => approvals > 0)) begin = Math.max(begin, APPROVAL_MS);
    const free = new Map<string, number>();
    let end = begin;
    for (const { id, lane, callMs, settleMs } of wave) {
      const startsAt = free.get(lane) ?? begin;
      free.set(lane, startsAt + callMs);
      timings.set(id, { startsAt, effectiveAt: startsAt + callMs + settleMs });
      end = Math.max(end, startsAt + callMs + settleMs);
    }
    begin = end;
  }
  return timings;
}
