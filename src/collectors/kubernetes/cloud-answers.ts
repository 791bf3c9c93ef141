/**
 * What the cloud around a cluster answers of it: the token issuer (`/.well-known/openid-configuration`, `aws eks describe-cluster`), and
 * who is whom by EKS Pod Identity (`aws eks describe-pod-identity-association`).
 */
import { z } from 'zod';
import { shaped } from '../files/shape.ts';
import { issuerName } from './convert.ts';
import type { KubernetesRecord } from './records.ts';

const discovery = z.object({ issuer: z.string().min(1), jwks_uri: z.string() });
const eksCluster = z.object({
  cluster: z.object({ identity: z.object({ oidc: z.object({ issuer: z.string().min(1) }) }).nullish() }),
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

export const isCloudAnswer = (keys: readonly string[]): boolean =>
  (keys.includes('issuer') && keys.includes('jwks_uri')) ||
  ['association', 'associations', 'cluster'].some((key) => keys[0] === key);

/** Throws an InputError for an answer that is not as the provider gives it. */
export function cloudAnswer(value: unknown, path: string): KubernetesRecord[] {
  const keys = Object.keys(value ?? {});
  if (keys.includes('jwks_uri')) return [{ type: 'issuer', issuer: issuerName(shaped(discovery, value, { path }).issuer) }];
  if (keys.includes('cluster')) {
    const { identity } = shaped(eksCluster, value, { path }).cluster;
    return identity ? [{ type: 'issuer', issuer: issuerName(identity.oidc.issuer) }] : [];
  }
  const found = keys.includes('association')
    ? [shaped(associated, value, { path }).association]
    : shaped(associations, value, { path }).associations;
  return found.flatMap(({ namespace, serviceAccount, roleArn, associationId }): KubernetesRecord[] =>
    roleArn ? [{ type: 'pod-identity', namespace, serviceAccount, roleArn, id: associationId ?? undefined }] : [],
  );
}
