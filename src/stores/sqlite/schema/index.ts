import { first } from './001-first.ts';
import { execution } from './002-execution.ts';
import { generations } from './003-generations.ts';

/** In order; the schema version is how many were applied. Append only. */
export const MIGRATIONS: readonly string[] = [first, execution, generations];
