/**
 * Tokens of its service account that a pod is handed, and who takes them: a token for one audience proves nothing to another.
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
 */
import type { Cluster } from './cluster.ts';
import { issuerName } from './convert.ts';
import { placeKey } from './inventory.ts';
import type { PodTemplate, ServiceAccountRecord } from './records.ts';

export interface HandedTokens {
  readonly serviceAccount: string;
  /** Whether the API server takes one of them. */
  readonly forApiServer: boolean;
  /** Whom the others are for. */
  readonly audiences: readonly string[];
}

/** Undefined where it is handed none. */
export function handedTokens(cluster: Cluster, namespace: string, template: PodTemplate): HandedTokens | undefined {
  const { serviceAccount, automount, projected } = template;
  if (serviceAccount === undefined) return undefined;
  const place = placeKey(namespace, serviceAccount);
  const record = cluster.serviceAccounts.get(place);
  const asked = [...projected.map(({ audience }) => audience), ...askedByWebhooks(cluster, place, record)];
  const audiences = asked.filter((audience) => audience !== undefined && !isApiServers(cluster, audience)) as string[];
  // The pod decides, else the service account, else yes.
  const forApiServer = (automount ?? record?.automount ?? true) || audiences.length < asked.length;
  return forApiServer || audiences.length > 0
    ? { serviceAccount, forApiServer, audiences: [...new Set(audiences)].sort() }
    : undefined;
}

/** AWS alone takes these. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
export const POD_IDENTITY_AUDIENCE = 'pods.eks.amazonaws.com';

/** Webhooks of EKS add tokens of their own to pods, whatever these say of the usual one. */
function* askedByWebhooks({ podIdentityPlaces }: Cluster, place: string, record: ServiceAccountRecord | undefined) {
  if (record?.awsRole) yield record.awsAudience ?? 'sts.amazonaws.com';
  if (podIdentityPlaces.has(place)) yield POD_IDENTITY_AUDIENCE;
}

const IN_CLUSTER = /^https:\/\/kubernetes\.default\.svc(?:\.[\w.-]+)?$/;

/** By default the issuer is the audience too; the server's own name is among them where it is another. */
const isApiServers = ({ inventory }: Cluster, audience: string): boolean =>
  IN_CLUSTER.test(audience) || issuerName(audience) === inventory.issuer;
