/** The escalation paths that stand on one principal's permissions: one line each. Conjunctions over several are in `powers.ts`. */
import { createAccessKey } from './create-access-key.ts';
import { createAdministrator } from './create-administrator.ts';
import { editTrust } from './edit-trust.ts';
import { existingWorkloadPaths } from './existing-workload.ts';
import { launchTemplate } from './launch-template.ts';
import { passRolePaths } from './pass-role.ts';
import type { EscalationPath } from './path.ts';
import { resetPassword } from './reset-password.ts';

export const ESCALATION_PATHS: readonly EscalationPath[] = [
  createAccessKey,
  createAdministrator,
  editTrust,
  launchTemplate,
  resetPassword,
  ...passRolePaths,
  ...existingWorkloadPaths,
];
