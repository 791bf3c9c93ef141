/** The escalation paths. A new one is a file and a line here. */
import { approveCertificates, approveNodeCertificates } from './approve-certificates.ts';
import { bindRoles } from './bind-roles.ts';
import { changeMutation, changeValidation } from './change-admission.ts';
import { changeControllers } from './change-controllers.ts';
import { changeRoles } from './change-roles.ts';
import { createPods, createPrivilegedPods } from './create-pods.ts';
import { enterPods } from './enter-pods.ts';
import { everything } from './everything.ts';
import { hostVolumes } from './host-volumes.ts';
import { impersonate } from './impersonate.ts';
import { forgeTokenSecrets, requestTokens } from './make-tokens.ts';
import { mapAwsIdentities } from './map-aws-identities.ts';
import type { EscalationPath } from './path.ts';
import { proxyNodes } from './proxy-nodes.ts';
import { reachPorts } from './reach-ports.ts';
import { readSecrets, readSpecifications } from './read-values.ts';

export const ESCALATION_PATHS: readonly EscalationPath[] = [
  everything,
  bindRoles,
  changeRoles,
  impersonate,
  approveCertificates,
  approveNodeCertificates,
  changeMutation,
  mapAwsIdentities,
  createPods,
  createPrivilegedPods,
  hostVolumes,
  requestTokens,
  forgeTokenSecrets,
  changeControllers,
  enterPods,
  proxyNodes,
  readSecrets,
  readSpecifications,
  changeValidation,
  reachPorts,
];
