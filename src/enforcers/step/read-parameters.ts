import { RefusedError } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';

/** What a step says, read by its system's own rules; what does not fit them is a RefusedError that names the parameter. */
export function readParameters<T>({ id, action }: Pick<PlanStep, 'id' | 'action'>, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const issues = (error as { issues?: readonly { path: readonly PropertyKey[]; message: string }[] }).issues;
    if (!issues) throw error;
    const words = issues.map(({ path, message }) => `parameters${path.map((part) => `.${String(part)}`).join('')}: ${message}`);
    throw new RefusedError(`step ${id} (${action}): ${words.join('; ')}; plan again`);
  }
}
