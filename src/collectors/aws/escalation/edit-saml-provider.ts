import { coversAction, type Policy } from '../../../iam/aws/document.ts';
import type { EscalationPath } from './path.ts';

/** Whoever writes the metadata of a SAML provider names the key that signs its assertions: every role that trusts it is theirs. */
export const editSamlProvider: EscalationPath = {
  id: 'edit-saml-provider',
  source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSAMLProvider.html',
  actions: ['iam:UpdateSAMLProvider'],
  *find(board, principal) {
    if (!board.mentionsAll(principal, ['iam:UpdateSAMLProvider'])) return;
    for (const role of board.roles) {
      for (const provider of samlProvidersOf(role.trust)) {
        if (provider.split(':', 5)[4] !== principal.account) continue;
        const held = board.can(principal, { action: 'iam:UpdateSAMLProvider', resource: provider });
        if (held) yield { target: role.key, held, reason: `iam:UpdateSAMLProvider: ${role.name} trusts ${provider}` };
      }
    }
  },
};

const samlProvidersOf = (trust: Policy | null): Set<string> =>
  new Set(
    (trust?.statements ?? [])
      .filter((statement) => statement.effect === 'Allow' && coversAction(statement, 'sts:assumerolewithsaml'))
      .flatMap(({ principals }) => principals?.federated ?? [])
      .filter((provider) => provider.includes(':saml-provider/')),
  );
