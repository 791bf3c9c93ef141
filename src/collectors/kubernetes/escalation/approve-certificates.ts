import { covers, type Names, together } from '../rights.ts';
import { CHANGE_VERBS, type EscalationPath, RBAC_PRACTICES } from './path.ts';

const API = 'certificates.k8s.io';
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const REQUESTS = { apiGroup: API, resource: 'certificatesigningrequests' };

/**
 * A client certificate in any name but `system:masters`: as `system:kube-controller-manager`, for one, whose rights come to everything.
 * It takes three rights: to ask, to approve, and to approve for that signer.
 */
export const approveCertificates: EscalationPath = {
  id: 'approve-certificates',
  source: `${RBAC_PRACTICES}#csrs-and-certificate-issuing`,
  *powers(rights) {
    if (rights.at !== '') return;
    const approval = rights.held(CHANGE_VERBS, { apiGroup: API, resource: 'certificatesigningrequests/approval' });
    const signer = rights.held(['approve'], { apiGroup: API, resource: 'signers' });
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
