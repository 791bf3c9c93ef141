/** Secrets, ConfigMaps that hold credentials, and the credentials in them and in what workloads spell out. */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { awsKey, k8sNamespace, k8sObject, k8sValue } from '../../model/keys.ts';
import type { Cluster } from './cluster.ts';
import { identityOfUser } from './identities.ts';
import { contains } from './place-facts.ts';
import type { HeldValue, SecretRecord } from './records.ts';
import type { FactStream } from './resolve.ts';

export function valueFacts(cluster: Cluster): FactStream {
  return {
    *entities() {
      for (const [place, record] of cluster.secrets) yield secretEntity(cluster, place, record);
      for (const place of cluster.inventory.configMaps.keys()) yield configMapEntity(cluster, place);
      for (const { holder, held } of heldIn(cluster)) yield credentialEntity(holder, held);
    },
    *relationships() {
      for (const place of cluster.secrets.keys()) {
        const [namespace, key] = keyAt(cluster, place, 'secrets');
        yield contains(k8sNamespace(cluster.source, namespace), key, 'whoever controls the namespace reads its Secrets', [
          'control',
        ]);
      }
      for (const place of cluster.inventory.configMaps.keys()) {
        const [namespace, key] = keyAt(cluster, place, 'configmaps');
        yield contains(k8sNamespace(cluster.source, namespace), key, 'it lies in the namespace', ['control']);
      }
      for (const one of heldIn(cluster)) yield* relationshipsOf(cluster, one);
    },
  };
}

function keyAt({ source }: Cluster, place: string, plural: string): readonly [namespace: string, key: string] {
  const at = place.indexOf('/');
  return [place.slice(0, at), k8sObject(source, place.slice(0, at), plural, place.slice(at + 1))];
}

function secretEntity(cluster: Cluster, place: string, record: SecretRecord | undefined): EntityFact {
  const [, key] = keyAt(cluster, place, 'secrets');
  return {
    key,
    kind: 'Secret',
    name: place,
    provider: 'k8s',
    ...(record ? { properties: { type: record.secretType, keys: record.keys, labels: record.labels } } : { stub: true }),
  };
}

function configMapEntity(cluster: Cluster, place: string): EntityFact {
  const [, key] = keyAt(cluster, place, 'configmaps');
  return { key, kind: 'Resource', name: place, provider: 'k8s', properties: { type: 'configmap' } };
}

interface HeldIn {
  /** Key of the Secret, ConfigMap or workload. */
  readonly holder: string;
  readonly namespace: string;
  readonly held: HeldValue;
  /** Name of the workload that spells it out, if one does. */
  readonly spelledOut: boolean;
}

function* heldIn(cluster: Cluster): Generator<HeldIn> {
  for (const { namespace, name, values } of cluster.inventory.secrets.values())
    for (const held of values)
      yield { holder: k8sObject(cluster.source, namespace, 'secrets', name), namespace, held, spelledOut: false };
  for (const { namespace, name, values } of cluster.inventory.configMaps.values())
    for (const held of values)
      yield { holder: k8sObject(cluster.source, namespace, 'configmaps', name), namespace, held, spelledOut: false };
  for (const { key, namespace, templates } of cluster.running.workloads.values()) {
    const literals = new Map(
      [...templates].flatMap(({ literals: all }) => all.map((held) => [credentialKey(key, held), held] as const)),
    );
    for (const held of literals.values()) yield { holder: key, namespace, held, spelledOut: true };
  }
}

const credentialKey = (holder: string, held: HeldValue): string =>
  held.type === 'aws-key' ? awsKey(held.keyId) : k8sValue(holder, held.name);

function credentialEntity(holder: string, held: HeldValue): EntityFact {
  const key = credentialKey(holder, held);
  if (held.type === 'aws-key')
    return { key, kind: held.keyId.startsWith('ASIA') ? 'Session' : 'Credential', name: held.keyId, provider: 'aws', stub: true };
  return {
    key,
    kind: 'Credential',
    name: key.slice(key.indexOf('/') + 1),
    provider: 'k8s',
    properties: {
      type: held.type === 'token' ? 'token' : held.what,
      ...(held.fingerprint !== undefined && { fingerprint: held.fingerprint }),
    },
  };
}

function* relationshipsOf(cluster: Cluster, { holder, namespace, held, spelledOut }: HeldIn): Generator<RelationshipFact> {
  const credential = credentialKey(holder, held);
  const certain = { basis: 'declared', certainty: 'definite' } as const;
  const reason = held.type === 'aws-key' ? 'id and secret lie side by side' : `under ${held.name}`;
  yield { source: holder, kind: 'EXPOSES', target: credential, ...certain, reason };
  if (spelledOut)
    yield { source: holder, kind: 'USES', target: credential, ...certain, reason: 'in its environment, in the clear' };
  if (held.type !== 'token') return;
  const identity =
    'user' in held.identity
      ? identityOfUser(held.identity.user)
      : { type: 'serviceaccounts' as const, namespace, name: held.identity.serviceAccount };
  yield {
    source: credential,
    kind: 'AUTHENTICATES_AS',
    target: cluster.keyOf(identity),
    ...certain,
    reason: 'a token of it that does not end by itself',
  };
}
