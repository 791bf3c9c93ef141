/**
 * A small real system: switches in a file, each on or off, with a log of every change that took effect. It keeps the enforcer contract,
 * and can fail, or end its own process, at each place where a real one could.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedError } from '../../../src/model/errors.ts';
import type { PlanStep } from '../../../src/model/plan.ts';
import type { Enforcer } from '../../../src/ports/enforcer.ts';

export type Place = 'preflight' | 'before' | 'after' | 'probe' | 'undo';

export interface SwitchFaults {
  /** Called at each place; may throw, or end the process. `n` counts the times that the place was passed. */
  at?(place: Place, n: number, step: PlanStep): void;
  /** Instead of the truth, the probe says this. */
  probes?: 'propagating' | 'partial' | 'not-effective' | undefined;
}

export interface Switches {
  readonly enforcer: Enforcer;
  state(): Record<string, boolean>;
  /** `off x`, `on x`, in the order in which they took effect. */
  effects(): string[];
  /** Targets of the calls that got through, with or without effect. */
  calls(): string[];
}

export function createSwitches(folder: string, on: readonly string[], faults: SwitchFaults = {}, name = 'switches'): Switches {
  const [file, log, called] = ['json', 'log', 'calls'].map((end) => join(folder, `${name}.${end}`)) as [string, string, string];
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(Object.fromEntries(on.map((key) => [key, true]))));
  const state = (): Record<string, boolean> => JSON.parse(readFileSync(file, 'utf8')) as Record<string, boolean>;
  const turn = (key: string, to: boolean): void => {
    if (state()[key] !== to) appendFileSync(log, `${to ? 'on' : 'off'} ${key}\n`);
    writeFileSync(file, JSON.stringify({ ...state(), [key]: to }));
  };
  const passed = new Map<Place, number>();
  const pass = (place: Place, step: PlanStep): void => {
    passed.set(place, (passed.get(place) ?? 0) + 1);
    faults.at?.(place, passed.get(place) as number, step);
  };
  const mustKnow = ({ target }: PlanStep): void => {
    if (!(target in state())) throw new RefusedError(`there is no switch ${target}`);
  };
  const enforcer: Enforcer = {
    name,
    type: 'switches',
    supports: () => true,
    controlOf: () => 'power',
    async preflight(step, { signal }) {
      signal.throwIfAborted();
      pass('preflight', step);
      const known = state()[step.target];
      const refusals = known === undefined ? [`there is no switch ${step.target}`] : [];
      return { refusals, preImage: known === undefined ? '' : JSON.stringify({ on: known }), preexisting: known === false };
    },
    async apply(step, { signal }) {
      signal.throwIfAborted();
      mustKnow(step);
      pass('before', step);
      appendFileSync(called, `${step.target}\n`);
      turn(step.target, false);
      pass('after', step);
      return { evidence: [`${step.target} was turned off`] };
    },
    async probe(step) {
      pass('probe', step);
      if (faults.probes) {
        const evidence = [`${step.target} shows itself ${faults.probes}`];
        return { state: faults.probes, evidence, residualUntil: '2026-03-02T00:00:00.000Z' };
      }
      const isOn = state()[step.target] === true;
      return { state: isOn ? 'not-effective' : 'effective', evidence: [`${step.target} is ${isOn ? 'on' : 'off'}`] };
    },
    async undo(step, preImage) {
      mustKnow(step);
      pass('undo', step);
      turn(step.target, (JSON.parse(preImage) as { on: boolean }).on);
      return { evidence: [`${step.target} is as it was`] };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  const lines = (path: string): string[] =>
    existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : [];
  return { enforcer, state, effects: () => lines(log), calls: () => lines(called) };
}
