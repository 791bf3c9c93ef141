/**
 * Who may log in by a role, where somebody else proves it: service accounts of a cluster, subjects of an OIDC issuer, principals of AWS.
 *
 *     External (a subject, or a pattern of them) ──CAN_ASSUME──► Role
 *
 * https://openbao.org/api-docs/auth/kubernetes/ · auth/jwt · https://developer.hashicorp.com/vault/api-docs/auth/aws
 */

import type { RoleData } from '../../apis/vault/records.ts';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts, joinedFacts } from '../../model/facts.ts';
import { awsArn, oidcSubject, vaultAuthRole, vaultServer } from '../../model/keys.ts';
import { kindOfKey } from '../../model/kind-of-key.ts';
import { type ClaimTest, claimTestsJson, claimTestsText, literalPattern } from '../../model/subject-pattern.ts';
import type { AuthRole, Inventory } from './inventory.ts';

export function loginFacts(inventory: Inventory, source: string): Facts {
  return joinedFacts([...inventory.roles.values()].map((role) => loginsOf(role, inventory, source)));
}

function loginsOf(role: AuthRole, inventory: Inventory, source: string): Facts {
  const { data, mount, name } = role;
  const type = inventory.auth?.get(mount)?.type ?? guessedType(data);
  if (!data || type === undefined) return { entities: [], relationships: [] };
  const found = WAYS[type]?.(role as AuthRole & { data: RoleData }, inventory, source) ?? [];
  const key = vaultAuthRole(source, mount, name);
  return {
    entities: found.map(({ entity }) => entity),
    relationships: found.map(({ entity, ...rest }) => entitled(entity.key, 'CAN_ASSUME', key, rest)),
  };
}

/** By what only roles of one method have. */
function guessedType(data: RoleData | undefined): string | undefined {
  if (!data) return undefined;
  if (data.bound_service_account_names.length > 0) return 'kubernetes';
  if (data.role_type) return 'jwt';
  return data.bound_iam_principal_arn.length > 0 ? 'aws' : undefined;
}

interface Way extends Pick<RelationshipFact, 'reason'> {
  readonly entity: EntityFact;
  readonly certainty?: RelationshipFact['certainty'];
  readonly condition?: string;
  readonly conditionClass?: RelationshipFact['conditionClass'] & {};
}

type WaysOf = (role: AuthRole & { readonly data: RoleData }, inventory: Inventory, source: string) => Way[];

const external = (key: string, name: string, properties: EntityFact['properties'] & {}): EntityFact => ({
  key,
  kind: 'External',
  name,
  provider: 'external',
  properties,
});

const withoutScheme = (url: string): string => url.replace(/^https?:\/\//, '').replace(/\/+$/, '');

/** A pattern of ours from one with `*` alone. */
const starPattern = (text: string): string => text.split('*').map(literalPattern).join('*');

/** The issuer of the cluster's tokens is seldom configured: then a join tells which cluster may be meant. */
const kubernetes: WaysOf = ({ mount, data }, inventory) => {
  const config = inventory.configs.get(mount);
  const issuer = config?.issuer ? withoutScheme(config.issuer) : undefined;
  const audience = data.audience ? { audience: data.audience } : {};
  return data.bound_service_account_namespaces.flatMap((namespace) =>
    data.bound_service_account_names.map((account): Way => {
      const subject = `system:serviceaccount:${starPattern(namespace)}:${starPattern(account)}`;
      const reason = `auth/${mount} takes service account ${account} of namespace ${namespace}`;
      if (issuer !== undefined)
        return { entity: external(oidcSubject(issuer, subject), subject, { issuer, subject, ...audience }), reason };
      const host = withoutScheme(config?.kubernetes_host ?? `unknown, of auth/${mount}`);
      const key = `external:kubernetes/${host}/${subject}`;
      return {
        entity: external(key, subject, { kubernetesHost: host, namespace, serviceAccount: account, ...audience }),
        reason,
      };
    }),
  );
};

const jwt: WaysOf = ({ mount, data }, inventory) => {
  const config = inventory.configs.get(mount);
  const url = config?.bound_issuer || config?.oidc_discovery_url || config?.jwks_url;
  const issuer = url ? withoutScheme(url) : `unknown, of auth/${mount}`;
  const asks = data.bound_claims_type === 'glob' ? starPattern : literalPattern;
  const claims = Object.entries(data.bound_claims ?? {}).map(
    ([claim, values]): ClaimTest => ({
      claim,
      patterns: [values]
        .flat()
        .filter((one) => typeof one === 'string')
        .map(asks),
    }),
  );
  const subjects = data.bound_subject
    ? [literalPattern(data.bound_subject)]
    : (claims.find(({ claim }) => claim === 'sub')?.patterns ?? ['*']);
  const tests = claims.filter(({ claim }) => claim !== 'sub');
  const audience = data.bound_audiences.length > 0 ? { audience: [...data.bound_audiences] } : {};
  return subjects.map((subject): Way => {
    const key = oidcSubject(issuer, `${subject}${claimTestsText(tests)}`);
    const properties = { issuer, subject, ...audience, ...(tests.length > 0 && { claims: claimTestsJson(tests) }) };
    const isInteractive = (data.role_type ?? 'oidc') === 'oidc';
    return {
      entity: external(key, subject, properties),
      reason: `auth/${mount} takes ${isInteractive ? 'people whom the issuer signs in' : 'tokens of the issuer'} as ${subject}`,
    };
  });
};

const aws: WaysOf = ({ mount, data }) =>
  data.bound_iam_principal_arn.map((arn): Way => {
    const reason = `auth/${mount} takes ${arn}`;
    const key = awsArn(arn);
    if (arn.includes('*')) {
      const account = /^arn:[^:]*:[^:]*:[^:]*:(\d+):/.exec(arn)?.[1] ?? '*';
      return { entity: external(`external:aws/${account}/${arn}`, arn, { principals: arn }), reason };
    }
    return {
      entity: { key, kind: kindOfKey(key) ?? 'Role', name: arn.slice(arn.lastIndexOf('/') + 1), provider: 'aws', stub: true },
      reason,
    };
  });

const appRole: WaysOf = ({ roleId, data, mount, name }, _, source) => {
  if (data.bind_secret_id !== false) return [];
  const key = `external:anyone`;
  return [
    {
      entity: { key, kind: 'External', name: 'anyone', provider: 'external', stub: true },
      reason: `auth/${mount} asks no secret-id for role ${name} of ${vaultServer(source)}`,
      certainty: 'conditional',
      condition: `the role-id${roleId === undefined ? '' : ', which is no secret by itself'}, from ${data.token_bound_cidrs.join(', ') || 'an allowed network'}`,
      conditionClass: 'combined',
    },
  ];
};

const WAYS: Readonly<Record<string, WaysOf>> = { kubernetes, jwt, oidc: jwt, aws, approle: appRole };
