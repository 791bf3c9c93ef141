/**
 * What the cloud around a cluster answers of it: the token issuer (`/.well-known/openid-configuration`, `aws eks describe-cluster`), and
 * who is whom by EKS Pod Identity (`aws eks describe-pod-identity-association`) and by access entries (`describe-access-entry`,
 * `list-associated-access-policies`).
 */
import { z } from 'zod';
import { eksPolicyRules } from '../../iam/kubernetes/eks-access-policies.ts';
import { shaped } from '../files/shape.ts';
import { issuerName } from './convert.ts';
import { eksUser } from './eks-access.ts';
import type { AccessEntryRecord, AwsMapping, KubernetesRecord } from './records.ts';

const discovery = z.object({ issuer: z.string().min(1), jwks_uri: z.string() });
const eksCluster = z.object({
  cluster: z.object({
    identity: z.object({ oidc: z.object({ issuer: z.string().min(1) }) }).nullish(),
    accessConfig: z.object({ authenticationMode: z.string().nullish() }).nullish(),
  }),
});
const association = z.object({
  namespace: z.string().min(1),
  serviceAccount: z.string().min(1),
  /** The list of associations leaves it out. */
  roleArn: z.string().nullish(),
  associationId: z.string().nullish(),
});
const associated = z.object({ association });
const associations = z.object({ associations: z.array(association) });

/** https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html */
const accessEntry = z.object({
  accessEntry: z.object({
    principalArn: z.string().min(1),
    username: z.string().nullish(),
    kubernetesGroups: z.array(z.string()).nullish(),
  }),
});
const accessPolicies = z.object({
  principalArn: z.string().min(1),
  associatedAccessPolicies: z.array(
    z.object({
      policyArn: z.string(),
      accessScope: z.object({ type: z.string(), namespaces: z.array(z.string()).nullish() }).nullish(),
    }),
  ),
});

const FIRST_KEYS = ['association', 'associations', 'cluster', 'accessEntry'];

export const isCloudAnswer = (keys: readonly string[]): boolean =>
  (keys.includes('issuer') && keys.includes('jwks_uri')) ||
  keys.includes('associatedAccessPolicies') ||
  FIRST_KEYS.some((key) => keys[0] === key);

export interface CloudAnswer {
  readonly records: readonly KubernetesRecord[];
  /** What the answer says and is not worked out here. */
  readonly unread: readonly string[];
}

/** Throws an InputError for an answer that is not as the provider gives it. */
export function cloudAnswer(value: unknown, path: string): CloudAnswer {
  const keys = Object.keys(value ?? {});
  if (keys.includes('associatedAccessPolicies')) return policiesOf(shaped(accessPolicies, value, { path }));
  return { records: recordsIn(value, keys, path), unread: [] };
}

function recordsIn(value: unknown, keys: readonly string[], path: string): KubernetesRecord[] {
  if (keys.includes('jwks_uri')) return [{ type: 'issuer', issuer: issuerName(shaped(discovery, value, { path }).issuer) }];
  if (keys.includes('cluster')) {
    const { identity, accessConfig } = shaped(eksCluster, value, { path }).cluster;
    const mode = accessConfig?.authenticationMode;
    return [
      ...(identity ? [{ type: 'issuer' as const, issuer: issuerName(identity.oidc.issuer) }] : []),
      ...(mode ? [{ type: 'authentication-mode' as const, mode }] : []),
    ];
  }
  if (keys.includes('accessEntry')) {
    const { principalArn, username, kubernetesGroups } = shaped(accessEntry, value, { path }).accessEntry;
    const user = username && !username.includes('{{') ? username : undefined;
    return [entryRecord({ arn: principalArn, by: ACCESS_ENTRY, user, groups: kubernetesGroups ?? [] })];
  }
  const found = keys.includes('association')
    ? [shaped(associated, value, { path }).association]
    : shaped(associations, value, { path }).associations;
  return found.flatMap(({ namespace, serviceAccount, roleArn, associationId }): KubernetesRecord[] =>
    roleArn ? [{ type: 'pod-identity', namespace, serviceAccount, roleArn, id: associationId ?? undefined }] : [],
  );
}

const ACCESS_ENTRY = 'EKS access entry';
const entryRecord = (
  mapping: AwsMapping,
  { isAdministrator, policies }: Pick<AccessEntryRecord, 'isAdministrator' | 'policies'> = {
    isAdministrator: false,
    policies: [],
  },
): KubernetesRecord => ({ type: 'access-entry', mapping, isAdministrator, policies });

const ADMINISTRATORS = 'AmazonEKSClusterAdminPolicy';

/** Policies for the whole cluster, or for namespaces; those that are not known are said to be missing. */
function policiesOf({ principalArn, associatedAccessPolicies }: z.infer<typeof accessPolicies>): CloudAnswer {
  const all = associatedAccessPolicies.map(({ policyArn, accessScope }) => ({
    policy: policyArn.slice(policyArn.lastIndexOf('/') + 1),
    scope: accessScope?.type === 'cluster' ? undefined : (accessScope?.namespaces ?? []),
  }));
  const isAdministrator = all.some(({ policy, scope }) => policy === ADMINISTRATORS && scope === undefined);
  const others = all.filter(({ policy, scope }) => policy !== ADMINISTRATORS || scope !== undefined);
  const policies = others.filter(({ policy }) => eksPolicyRules(policy) !== undefined);
  const user = policies.length > 0 ? eksUser(principalArn) : undefined;
  return {
    records: [entryRecord({ arn: principalArn, by: 'EKS access policies', user, groups: [] }, { isAdministrator, policies })],
    unread: others
      .filter((one) => !policies.includes(one))
      .map(({ policy }) => `${policy} of ${principalArn}: an access policy that is not worked out; its rights are missing`),
  };
}
