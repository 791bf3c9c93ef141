import { covers, type Names, together } from '../rights.ts';
import { CHANGE_VERBS, type EscalationPath, each, RBAC_PRACTICES } from './path.ts';

const API = 'certificates.k8s.io';
const NODE_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const APPROVAL = { apiGroup: API, resource: 'certificatesigningrequests/approval' };
const SIGNERS = { apiGroup: API, resource: 'signers' };
const REQUESTS = { apiGroup: API, resource: 'certificatesigningrequests' };

/** Of kubelets, the signer takes the names of nodes alone; whose request it is, is for the approver to see. */
export const approveNodeCertificates: EscalationPath = {
  id: 'approve-node-certificates',
  source: 'https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers',
  *powers(rights) {
    const signer = rights.at === '' ? rights.held(['approve'], SIGNERS) : undefined;
    const held = together(rights.held(CHANGE_VERBS, APPROVAL), signer, rights.held(['create'], REQUESTS));
    if (!held || !signer || !(covers(signer.names, NODE_SIGNER) || covers(signer.names, 'kubernetes.io/*'))) return;
    const names = new Set([...rights.cluster.users].filter((name) => name.startsWith('system:node:')));
    yield { level: 'control', over: each('users', names), why: 'may have a client certificate of the node signed', by: held.by };
  },
};

/**
 * A client certificate in any name but `system:masters`: as `system:kube-controller-manager`, for one, whose rights come to everything.
 * It takes three rights: to ask, to approve, and to approve for that signer.
 */
export const approveCertificates: EscalationPath = {
  id: 'approve-certificates',
  source: `${RBAC_PRACTICES}#csrs-and-certificate-issuing`,
  *powers(rights) {
    if (rights.at !== '') return;
    const approval = rights.held(CHANGE_VERBS, APPROVAL);
    const signer = rights.held(['approve'], SIGNERS);
    const held = together(approval, signer);
    if (!held || !signer || !isClientSigner(signer.names)) return;
    const whole = together(held, rights.held(['create'], REQUESTS));
    const over = { type: 'cluster' } as const;
    const why = 'may have a client certificate of any component signed';
    if (whole) yield { level: 'control', over, why, by: whole.by };
    else
      yield {
        level: 'control',
        over,
        why,
        by: held.by,
        certainty: 'conditional',
        condition: 'somebody who may create certificate signing requests makes one',
        conditionClass: 'combined',
      };
  },
};

const isClientSigner = (names: Names): boolean => covers(names, CLIENT_SIGNER) || covers(names, 'kubernetes.io/*');
