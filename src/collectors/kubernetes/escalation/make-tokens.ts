import { together } from '../rights.ts';
import { type EscalationPath, each, RBAC_PRACTICES, READ_VERBS } from './path.ts';

/** A token of a service account on request, for any audience. */
export const requestTokens: EscalationPath = {
  id: 'request-tokens',
  source: `${RBAC_PRACTICES}#token-request`,
  *powers(rights) {
    const held = rights.held(['create'], { apiGroup: '', resource: 'serviceaccounts/token' });
    if (held)
      yield {
        level: 'control',
        over: each('serviceaccounts', held.names),
        why: 'may ask for tokens of the service account (create serviceaccounts/token)',
        by: held.by,
      };
  },
};

/** A Secret of type `kubernetes.io/service-account-token` is filled with a token that does not end; then it is read. */
export const forgeTokenSecrets: EscalationPath = {
  id: 'forge-token-secrets',
  source: 'https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets',
  *powers(rights) {
    const secrets = { apiGroup: '', resource: 'secrets' };
    const held = together(rights.held(['create'], secrets), rights.held(READ_VERBS, secrets));
    if (held)
      yield {
        level: 'control',
        over: each('serviceaccounts', 'every'),
        why: 'may create a token Secret of the service account and read it',
        by: held.by,
      };
  },
};
