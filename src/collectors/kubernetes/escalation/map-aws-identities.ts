import { covers } from '../rights.ts';
import { CHANGE_VERBS, type EscalationPath } from './path.ts';

/** On EKS, whoever writes `aws-auth` says which IAM roles are `system:masters`. */
export const mapAwsIdentities: EscalationPath = {
  id: 'map-aws-identities',
  source: 'https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html',
  *powers(rights) {
    const { configMaps, heedsAwsAuth } = rights.cluster.inventory;
    if (!heedsAwsAuth || !configMaps.has('kube-system/aws-auth') || (rights.at !== '' && rights.at !== 'kube-system')) return;
    const held = rights.held(CHANGE_VERBS, { apiGroup: '', resource: 'configmaps' });
    if (held && covers(held.names, 'aws-auth'))
      yield {
        level: 'control',
        over: { type: 'cluster' },
        why: 'may write aws-auth, which says who of AWS is an administrator here',
        by: held.by,
      };
  },
};
