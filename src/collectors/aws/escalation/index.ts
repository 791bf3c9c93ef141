/** The escalation paths that stand on one principal's permissions: one line each. Conjunctions over several are in `powers.ts`. */
import { cognitoIdentityPool } from './cognito-identity-pool.ts';
import { createAccessKey } from './create-access-key.ts';
import { createAdministrator } from './create-administrator.ts';
import { deployCode } from './deploy-code.ts';
import { ecsExec } from './ecs-exec.ts';
import { editSamlProvider } from './edit-saml-provider.ts';
import { editTrust } from './edit-trust.ts';
import { eventTarget } from './event-target.ts';
import { existingWorkloadPaths } from './existing-workload.ts';
import { launchTemplate } from './launch-template.ts';
import { passRolePaths } from './pass-role.ts';
import type { EscalationPath } from './path.ts';
import { podIdentity } from './pod-identity.ts';
import { replaceInstanceProfile } from './replace-instance-profile.ts';
import { resetPassword } from './reset-password.ts';

export const ESCALATION_PATHS: readonly EscalationPath[] = [
  cognitoIdentityPool,
  createAccessKey,
  createAdministrator,
  deployCode,
  ecsExec,
  editSamlProvider,
  editTrust,
  eventTarget,
  launchTemplate,
  podIdentity,
  replaceInstanceProfile,
  resetPassword,
  ...passRolePaths,
  ...existingWorkloadPaths,
];
