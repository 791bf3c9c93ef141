import { existsSync, readFileSync } from 'node:fs';
import { planOfFileIn } from '../app/execute/plan-file.ts';
import type { PlanStore } from '../ports/store.ts';

/** A plan's id, or the file that `plan --out` wrote. */
export async function planArgument({ store }: { readonly store: PlanStore }, text: string): Promise<string> {
  if (!text.endsWith('.json') || !existsSync(text)) return text;
  return planOfFileIn(store, { place: text, content: readFileSync(text, 'utf8') });
}
