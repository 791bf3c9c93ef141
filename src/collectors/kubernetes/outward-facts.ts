/**
 * Who a service account is outside the cluster, and who from outside is somebody in it.
 *
 *     service account ─MEMBER_OF─► external:oidc/<issuer>/system:serviceaccount:<ns>:<name>      (what trusts it: the oidc-subject join)
 *     service account ─CAN_ASSUME─► IAM role (EKS Pod Identity)          IAM role ─MEMBER_OF─► group (aws-auth)
 */
import { serviceAccountUser } from '../../iam/kubernetes/authorizer.ts';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { awsArn, k8sObject, oidcSubject } from '../../model/keys.ts';
import { kindOfKey } from '../../model/kind-of-key.ts';
import type { Cluster } from './cluster.ts';
import { identityOfUser, MASTERS } from './identities.ts';
import { placeKey } from './inventory.ts';
import type { ServiceAccountRecord } from './records.ts';
import type { FactStream } from './resolve.ts';

interface Fact {
  readonly entity: EntityFact;
  readonly relationship: RelationshipFact;
}

export function outwardFacts(cluster: Cluster): FactStream {
  return {
    *entities() {
      for (const { entity } of facts(cluster)) yield entity;
    },
    *relationships() {
      const said = new Set<string>();
      for (const { relationship } of facts(cluster)) {
        const id = `${relationship.source}\n${relationship.kind}\n${relationship.target}`;
        if (said.has(id)) continue;
        said.add(id);
        yield relationship;
      }
    },
  };
}

function* facts(cluster: Cluster): Generator<Fact> {
  const audiences = audiencesBySubject(cluster);
  for (const [place, record] of cluster.serviceAccounts) {
    const at = place.indexOf('/');
    const account: Account = {
      namespace: place.slice(0, at),
      name: place.slice(at + 1),
      record,
      asked: audiences.get(place) ?? [],
    };
    yield* subjectOf(cluster, account);
    if (record) yield* cloudAccounts(cluster, account, record);
  }
  yield* podIdentities(cluster);
  yield* mappedIdentities(cluster);
}

interface Account {
  readonly namespace: string;
  readonly name: string;
  readonly record: ServiceAccountRecord | undefined;
  /** Audiences that pods of it ask tokens for. */
  readonly asked: readonly string[];
}

const keyOf = ({ source }: Cluster, { namespace, name }: Account): string =>
  k8sObject(source, namespace, 'serviceaccounts', name);

function audiencesBySubject({ running }: Cluster): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { namespace, templates } of running.workloads.values())
    for (const { serviceAccount, projected } of templates)
      for (const { audience } of projected) {
        if (audience === undefined || serviceAccount === undefined) continue;
        const place = placeKey(namespace, serviceAccount);
        const known = found.get(place) ?? [];
        if (!known.includes(audience)) found.set(place, [...known, audience]);
      }
  return found;
}

/** Pods of an annotated account are handed a token for AWS; of any other, somebody has to ask for the audience. */
function* subjectOf(cluster: Cluster, account: Account): Generator<Fact> {
  const { issuer } = cluster.inventory;
  if (issuer === undefined) return;
  const sub = serviceAccountUser(account.namespace, account.name);
  const entity: EntityFact = {
    key: oidcSubject(issuer, sub),
    kind: 'External',
    name: sub,
    provider: 'external',
    properties: { issuer, subject: sub },
  };
  const asked = [...account.asked, ...(account.record?.awsRole ? [account.record.awsAudience ?? 'sts.amazonaws.com'] : [])];
  const common = { source: keyOf(cluster, account), kind: 'MEMBER_OF', target: entity.key } as const;
  yield {
    entity,
    relationship:
      asked.length > 0
        ? {
            ...common,
            basis: 'declared',
            certainty: 'definite',
            reason: `its pods are handed tokens of the cluster's issuer for ${[...new Set(asked)].join(', ')}`,
          }
        : {
            ...common,
            basis: 'inferred',
            certainty: 'conditional',
            reason: "tokens of the cluster's issuer name it so",
            condition: 'a token is asked for with the audience that is wanted there',
            conditionClass: 'possession',
          },
  };
}

/** What annotations claim. The other side decides, and it was not asked here. */
function* cloudAccounts(cluster: Cluster, account: Account, record: ServiceAccountRecord): Generator<Fact> {
  const { awsRole, gcpAccount, azureClient } = record;
  if (awsRole?.startsWith('arn:') && cluster.inventory.issuer === undefined)
    yield claimed(cluster, account, { entity: awsEntity(awsRole), annotation: 'eks.amazonaws.com/role-arn' });
  if (gcpAccount)
    yield claimed(cluster, account, {
      entity: { key: `gcp:${gcpAccount}`, kind: 'ServiceAccount', name: gcpAccount, provider: 'gcp', stub: true },
      annotation: 'iam.gke.io/gcp-service-account',
    });
  if (azureClient)
    yield claimed(cluster, account, {
      entity: { key: `azure:${azureClient}`, kind: 'ServiceAccount', name: azureClient, provider: 'azure', stub: true },
      annotation: 'azure.workload.identity/client-id',
    });
}

const claimed = (
  cluster: Cluster,
  account: Account,
  { entity, annotation }: { entity: EntityFact; annotation: string },
): Fact => ({
  entity,
  relationship: {
    source: keyOf(cluster, account),
    kind: 'CAN_ASSUME',
    target: entity.key,
    basis: 'declared',
    certainty: 'possible',
    reason: `annotation ${annotation}; whether the other side trusts it was not collected`,
  },
});

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html */
function* podIdentities(cluster: Cluster): Generator<Fact> {
  for (const { namespace, serviceAccount, roleArn, id } of cluster.inventory.podIdentities) {
    const entity = awsEntity(roleArn);
    yield {
      entity,
      relationship: {
        source: k8sObject(cluster.source, namespace, 'serviceaccounts', serviceAccount),
        kind: 'CAN_ASSUME',
        target: entity.key,
        basis: 'declared',
        certainty: 'definite',
        reason: `EKS Pod Identity association${id ? ` ${id}` : ''}`,
      },
    };
  }
}

function* mappedIdentities(cluster: Cluster): Generator<Fact> {
  for (const { arn, user, groups, by, withoutPath } of cluster.inventory.awsMappings()) {
    const entity = awsEntity(arn);
    const said = { source: entity.key, basis: 'declared', certainty: 'definite', reason: by } as const;
    const common = withoutPath ? { ...said, properties: { withoutPath } } : said;
    for (const name of groups)
      yield { entity, relationship: { ...common, kind: 'MEMBER_OF', target: k8sObject(cluster.source, '', 'groups', name) } };
    if (user !== undefined)
      yield { entity, relationship: { ...common, kind: 'CAN_ASSUME', target: cluster.keyOf(identityOfUser(user)) } };
  }
  for (const { mapping, isAdministrator } of cluster.inventory.accessEntries) {
    if (!isAdministrator) continue;
    const entity = awsEntity(mapping.arn);
    const target = k8sObject(cluster.source, '', 'permissions', MASTERS);
    const reason = `${mapping.by}: AmazonEKSClusterAdminPolicy`;
    yield {
      entity,
      relationship: { source: entity.key, kind: 'HAS_GRANT', target, basis: 'declared', certainty: 'definite', reason },
    };
  }
}

const awsEntity = (arn: string): EntityFact => ({
  key: awsArn(arn),
  kind: kindOfKey(awsArn(arn)) ?? 'Role',
  name: arn.slice(arn.lastIndexOf('/') + 1),
  provider: 'aws',
  stub: true,
});
