import { RefusedError } from '../../model/errors.ts';
import type { Preflight } from '../../ports/enforcer.ts';

/** A preflight that ends a step before it begins, with why. */
export const refused = (...refusals: readonly string[]): Preflight => ({ refusals, preImage: '', preexisting: false });

/** A RefusedError is an answer of a preflight; whatever else it throws is thrown on. */
export async function orRefused(preflight: () => Promise<Preflight>): Promise<Preflight> {
  try {
    return await preflight();
  } catch (error) {
    if (error instanceof RefusedError) return refused(error.message);
    throw error;
  }
}
