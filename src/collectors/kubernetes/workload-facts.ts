/**
 * What runs, as whom, with which secrets, and on which node.
 *
 *     node ─HOSTS─► workload ─RUNS_AS─► service account          workload ─READS─► Secret
 *       ▲─────ESCAPES_TO──┘
 */
import { serviceAccountUser } from '../../iam/kubernetes/authorizer.ts';
import type { EntityFact, Properties, RelationshipFact } from '../../model/entity.ts';
import { grouped } from '../../model/grouped.ts';
import { awsArn, k8sNamespace, k8sObject, k8sValue, oidcSubject } from '../../model/keys.ts';
import type { Cluster } from './cluster.ts';
import { handedTokens, POD_IDENTITY_AUDIENCE } from './handed-tokens.ts';
import { placeKey } from './inventory.ts';
import { contains, SOME_NODE } from './place-facts.ts';
import type { HostAccess, SecretUse } from './records.ts';
import type { FactStream } from './resolve.ts';
import type { Workload } from './workloads.ts';

export function workloadFacts(cluster: Cluster): FactStream {
  const { workloads } = cluster.running;
  return {
    *entities() {
      for (const workload of workloads.values()) yield workloadEntity(workload);
    },
    *relationships() {
      for (const workload of workloads.values()) {
        yield contains(k8sNamespace(cluster.source, workload.namespace), workload.key, 'it runs in the namespace');
        yield* identitiesOf(cluster, workload);
        yield* reads(cluster, workload);
        yield* nodesOf(cluster, workload);
      }
    },
  };
}

function workloadEntity({ key, plural, namespace, name, templates, pods, labels }: Workload): EntityFact {
  const all = [...templates];
  const tokens = distinct(all.flatMap(({ projected }) => projected)).map(({ audience, expirationSeconds }) => ({
    audience: audience ?? 'the API server',
    expirationSeconds,
  }));
  const vault = all.find((template) => template.vault)?.vault;
  const properties: Properties = {
    type: plural,
    namespace,
    labels,
    ...(pods > 0 && { pods }),
    ...(tokens.length > 0 && { projectedTokens: tokens }),
    ...(vault && { vaultRole: vault.role, vaultMount: vault.mount }),
  };
  return { key, kind: 'Workload', name: `${namespace}/${name}`, provider: 'k8s', state: 'active', properties };
}

const distinct = <T>(values: readonly T[]): T[] => [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];

function* identitiesOf(cluster: Cluster, { key, namespace, templates }: Workload): Generator<RelationshipFact> {
  const all = [...templates].flatMap((template) => handedTokens(cluster, namespace, template) ?? []);
  for (const [serviceAccount, handed] of grouped(all, (one) => one.serviceAccount)) {
    const runsAs = (target: string, reason: string): RelationshipFact => ({
      source: key,
      kind: 'RUNS_AS',
      target,
      basis: 'declared',
      certainty: 'definite',
      reason,
    });
    const account = k8sObject(cluster.source, namespace, 'serviceaccounts', serviceAccount);
    if (handed.some(({ forApiServer }) => forApiServer)) {
      yield runsAs(account, 'its pods are handed a token of the service account');
      continue;
    }
    const audiences = [...new Set(handed.flatMap((one) => one.audiences))];
    const reason = `its pods are handed tokens of the service account for ${audiences.join(', ')} alone`;
    const condition = `the API server takes tokens for ${audiences.join(', ')}`;
    yield { ...runsAs(account, reason), certainty: 'conditional', condition, conditionClass: 'unknown' };
    for (const target of outsideOf(cluster, { namespace, serviceAccount, audiences })) yield runsAs(target, reason);
  }
}

interface Outside {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audiences: readonly string[];
}

/** Who it is to those who take such tokens: roles of Pod Identity, and the subject that the others see. */
function outsideOf({ inventory }: Cluster, { namespace, serviceAccount, audiences }: Outside): string[] {
  const { issuer, podIdentities } = inventory;
  const roles = podIdentities.filter((one) => one.namespace === namespace && one.serviceAccount === serviceAccount);
  const isShown = issuer !== undefined && audiences.some((audience) => audience !== POD_IDENTITY_AUDIENCE);
  const subject = isShown ? [oidcSubject(issuer, serviceAccountUser(namespace, serviceAccount))] : [];
  return [...subject, ...new Set(roles.map(({ roleArn }) => awsArn(roleArn)))];
}

function* reads(cluster: Cluster, { key, namespace, templates }: Workload): Generator<RelationshipFact> {
  const found = new Map<string, RelationshipFact>();
  const note = (fact: RelationshipFact): void => {
    const known = found.get(fact.target);
    if (!known || (known.certainty !== 'definite' && fact.certainty === 'definite')) found.set(fact.target, fact);
  };
  for (const { secrets, configMaps, pullSecrets, serviceAccount } of templates) {
    for (const use of secrets) for (const fact of secretReads(cluster, { key, namespace, use })) note(fact);
    for (const { name, how } of configMaps) {
      const record = cluster.inventory.configMaps.get(placeKey(namespace, name));
      if (record && record.values.length > 0) note(read(key, k8sObject(cluster.source, namespace, 'configmaps', name), how));
    }
    const account = serviceAccount === undefined ? undefined : cluster.serviceAccounts.get(placeKey(namespace, serviceAccount));
    for (const name of pullSecrets.length > 0 ? pullSecrets : (account?.pullSecrets ?? []))
      note(pulls(key, k8sObject(cluster.source, namespace, 'secrets', name)));
  }
  yield* found.values();
}

interface Using {
  /** Of the workload. */
  readonly key: string;
  readonly namespace: string;
  readonly use: SecretUse;
}

/** Where some keys are handed out and another holds a credential, each is used by itself: what is beside them, its pods never see. */
function* secretReads(cluster: Cluster, { key, namespace, use: { name, how, keys } }: Using): Generator<RelationshipFact> {
  const secret = k8sObject(cluster.source, namespace, 'secrets', name);
  const held = cluster.inventory.secrets.get(placeKey(namespace, name))?.values ?? [];
  const names = held.flatMap((one) => (one.type === 'aws-key' ? [] : one.name));
  const isWhole = !keys || names.length < held.length || names.every((one) => keys.includes(one));
  if (isWhole) return yield read(key, secret, how);
  for (const one of names.filter((own) => keys.includes(own))) yield { ...read(key, k8sValue(secret, one), how), kind: 'USES' };
}

const read = (source: string, target: string, reason: string): RelationshipFact => ({
  source,
  kind: 'READS',
  target,
  basis: 'declared',
  certainty: 'definite',
  reason,
});

/** The node pulls the image: the container never sees the login. */
const pulls = (source: string, target: string): RelationshipFact => ({
  ...read(source, target, 'its images are pulled with it (imagePullSecrets)'),
  certainty: 'conditional',
  condition: 'the node or the specification is controlled, not the container alone',
  conditionClass: 'position',
});

function* nodesOf(cluster: Cluster, { key, namespace, nodes, templates }: Workload): Generator<RelationshipFact> {
  const keys = [...nodes].map((name) => k8sObject(cluster.source, '', 'nodes', name));
  for (const node of keys)
    yield {
      source: node,
      kind: 'HOSTS',
      target: key,
      basis: 'declared',
      certainty: 'definite',
      reason: 'a pod of it runs there',
    };
  const accesses = distinct([...templates].flatMap(({ hostAccess }) => hostAccess));
  const way = wayOut(held(cluster, { namespace, runs: nodes.size > 0, accesses }));
  if (!way) return;
  for (const node of keys.length > 0 ? keys : [k8sObject(cluster.source, '', 'nodes', SOME_NODE)]) {
    yield { source: key, kind: 'ESCAPES_TO', target: node, basis: 'declared', ...way };
  }
}

interface Admitted {
  readonly namespace: string;
  /** A pod of it was seen on a node. */
  readonly runs: boolean;
  readonly accesses: readonly HostAccess[];
}

/** Levels above `privileged` refuse each of these ways to new pods; pods that were seen to run are in. */
function held(cluster: Cluster, { namespace, runs, accesses }: Admitted): readonly HostAccess[] {
  const level = cluster.enforced(namespace);
  if (runs || level === undefined || level === 'privileged') return accesses;
  const condition = `its pods were let in before Pod Security level ${level} was set for the namespace`;
  return accesses.map((access) =>
    access.certainty === 'definite' ? { ...access, certainty: 'conditional', condition } : access,
  );
}

const RANK = { definite: 0, conditional: 1, possible: 2 } as const;

/** The surest way, with all the others named. */
function wayOut(
  accesses: readonly HostAccess[],
): Pick<RelationshipFact, 'certainty' | 'reason' | 'condition' | 'conditionClass' | 'properties'> | undefined {
  const [surest, ...others] = [...accesses].sort((a, b) => RANK[a.certainty] - RANK[b.certainty]);
  if (!surest) return undefined;
  const { certainty, condition, way } = surest;
  return {
    certainty,
    reason: [way, ...others.map((other) => other.way)].join('; '),
    ...(condition !== undefined && { condition, conditionClass: 'unknown' as const }),
    properties: { ways: accesses.map((access) => access.way) },
  };
}
