import { existsSync, readFileSync } from 'node:fs';
import { planOfFileIn } from '../app/execute/plan-file.ts';
import { RefusedError } from '../model/errors.ts';
import type { PlanStore } from '../ports/store.ts';

interface Stored {
  readonly store: PlanStore;
}

/** A plan's id, or the file that `plan --out` wrote. */
export async function planArgument({ store }: Stored, text: string): Promise<string> {
  if (!text.endsWith('.json') || !existsSync(text)) return text;
  return planOfFileIn(store, { place: text, content: readFileSync(text, 'utf8') });
}

/** A step's id, or its number on the page of the plan, such as 2.1. Throws a RefusedError that names the plan's steps. */
export async function stepArgument({ store }: Stored, plan: string, text: string): Promise<string> {
  const waves = (await store.plan(plan))?.plan.waves;
  if (!waves) return text;
  const steps = waves.flatMap((wave, i) => wave.steps.map(({ id }, j) => ({ id, number: `${i + 1}.${j + 1}` })));
  const step = steps.find(({ id, number }) => id === text || number === text);
  if (step) return step.id;
  const known = steps.map(({ id, number }) => `${number} ${id}`).join(', ') || 'none';
  throw new RefusedError(`${text}: plan ${plan} has no such step; its steps: ${known}`);
}
