/** The services that can be made to run somebody's code as a role: one row for each path. */
import type { PassRolePath } from './pass-role-path.ts';
import { COMPUTE_ROWS } from './pass-role-rows/compute.ts';
import { DATA_ROWS } from './pass-role-rows/data.ts';
import { DELIVERY_ROWS } from './pass-role-rows/delivery.ts';
import { MACHINE_LEARNING_ROWS } from './pass-role-rows/machine-learning.ts';

export const PASS_ROLE_PATHS: readonly PassRolePath[] = [
  ...COMPUTE_ROWS,
  ...DATA_ROWS,
  ...DELIVERY_ROWS,
  ...MACHINE_LEARNING_ROWS,
];
