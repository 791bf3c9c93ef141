import { z } from 'zod';
import { planHash } from '../../analysis/plan/plan-hash.ts';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { ACTIONS, MODES, type PlanStep } from '../../model/plan.ts';
import type { PlanStore } from '../../ports/store.ts';

const text = z.string().min(1);
const parameter = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
const stepOfFile = z.looseObject({
  id: text,
  target: text,
  action: z.enum(ACTIONS),
  connector: text,
  parameters: z.record(z.string(), parameter),
  needs: z.array(text),
});
const planOfFile = z.looseObject({
  id: text,
  hash: text,
  mode: z.enum(MODES),
  targets: z.array(text),
  budgets: z.record(z.string(), z.number()),
  waves: z.array(z.looseObject({ steps: z.array(stepOfFile) })),
});

/**
 * The id of the plan that a file of `interlock plan --out` holds. What is carried out is always the plan that the store keeps: a file
 * that says another one, or one of another store, is refused.
 */
export async function planOfFileIn(store: PlanStore, { place, content }: { place: string; content: string }): Promise<string> {
  const parsed = planOfFile.safeParse(jsonOf(place, content));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RefusedError(`${place}: ${issue?.path.join('.') || 'top level'}: ${issue?.message ?? 'no plan'}: this is no plan`);
  }
  const { id, hash, waves, ...rest } = parsed.data;
  if (planHash({ ...rest, waves: waves as unknown as { steps: PlanStep[] }[] }) !== hash)
    throw new RefusedError(`${place}: it was edited: its content does not have the hash that it names; plan again`);
  const stored = await store.plan(id);
  if (!stored) throw new RefusedError(`${place}: this store has no plan ${id}: it was made for another estate; plan here`);
  if (stored.plan.hash !== hash)
    throw new RefusedError(`${place}: plan ${id} is another one here (hash ${stored.plan.hash}); use the id, or plan again`);
  return id;
}

function jsonOf(place: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new RefusedError(`${place}: ${messageOf(error)}`);
  }
}
