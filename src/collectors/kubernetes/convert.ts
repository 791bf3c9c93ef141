/** Objects of the API → records. Pure: one object at a time, whether a file or a server told it. */

import type { z } from 'zod';
import { isRole, rbacObject, rbacObjectShape } from '../../iam/kubernetes/objects.ts';
import type { Fingerprinter } from '../../model/fingerprint.ts';
import { shaped } from '../files/shape.ts';
import { awsMappings } from './aws-auth.ts';
import { heldValues, secretValues } from './held-values.ts';
import { CONTROLLERS, groupOf, isBuiltIn, pluralOf } from './kind-of-object.ts';
import { podTemplate } from './pod-template.ts';
import type { KubernetesRecord, Owner, PodSecurityLevel, PodTemplate, WorkloadRecord } from './records.ts';
import { heldIn } from './saved-object.ts';
import {
  configMapShape,
  controllerShape,
  type metadataShape,
  plainShape,
  podShape,
  secretShape,
  serviceAccountShape,
} from './shapes.ts';

export interface ConvertContext {
  readonly fingerprint: Fingerprinter;
  /** Where the object was read: begins messages. */
  readonly path: string;
  readonly at?: string;
}

export interface TypedObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Records of the object; undefined for a kind that is not read. Throws an InputError for one that is not of its kind's form. */
export function recordsOf(object: TypedObject, context: ConvertContext): readonly KubernetesRecord[] | undefined {
  const { apiVersion, kind } = object;
  const group = groupOf(apiVersion);
  if (group === 'rbac.authorization.k8s.io') return RBAC.test(kind) ? [rbacRecord(object, context)] : undefined;
  const plural = /^(?:|apps|batch|extensions)$/.test(group) && Object.hasOwn(CONTROLLERS, kind) ? CONTROLLERS[kind] : undefined;
  if (plural !== undefined) return [controllerRecord(object, plural, context)];
  const convert = group === '' && Object.hasOwn(CORE, kind) ? CORE[kind] : undefined;
  return convert?.(object, context);
}

/** Kinds that hold nothing of identities. */
export const isPassedOver = ({ apiVersion }: TypedObject): boolean => isBuiltIn(apiVersion);

const RBAC = /^(?:Cluster)?Role(?:Binding)?$/;
const DEFAULT_NAMESPACE = 'default';

type Metadata = z.infer<typeof metadataShape>;
type Convert = (object: unknown, context: ConvertContext) => readonly KubernetesRecord[];

const placeOf = ({ namespace, name }: Metadata) => ({ namespace: namespace || DEFAULT_NAMESPACE, name });
const labelsOf = ({ labels }: Metadata) => Object.fromEntries([...labels].filter(([key]) => key !== '__proto__'));

function rbacRecord(object: unknown, context: ConvertContext): KubernetesRecord {
  const found = rbacObject(shaped(rbacObjectShape, object, context));
  return {
    type: 'rbac',
    object: isRole(found) && Object.keys(found.labels).length === 0 ? { ...found, labels: NO_LABELS } : found,
  };
}

const NO_LABELS = {};

function controllerRecord(object: unknown, plural: string, context: ConvertContext): WorkloadRecord {
  const { metadata, spec } = shaped(controllerShape, object, context);
  const template = spec.template ?? spec.jobTemplate?.spec.template;
  const annotations = template?.metadata?.annotations ?? new Map<string, string>();
  return {
    type: 'workload',
    plural,
    ...placeOf(metadata),
    owner: ownerOf(metadata),
    template: template && asHeld(podTemplate(template.spec, annotations, context.fingerprint), object),
    node: undefined,
    runs: true,
    labels: labelsOf(metadata),
  };
}

/** Of a saved object, what its values were stands beside it. */
function asHeld(template: PodTemplate, object: unknown): PodTemplate {
  const literals = heldIn(object);
  return literals ? { ...template, literals } : template;
}

function ownerOf({ ownerReferences }: Metadata): Owner | undefined {
  const owner =
    ownerReferences.find(({ controller }) => controller) ?? (ownerReferences.length === 1 ? ownerReferences[0] : undefined);
  // Static pods are owned by their node.
  return owner && owner.kind !== 'Node' ? { plural: pluralOf(owner.kind), name: owner.name } : undefined;
}

/**
 * A pod that the kubelet reads from a file of its node, as the API shows it: it may refer to no object of the API.
 * https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/
 */
const isStatic = ({ annotations, ownerReferences }: Metadata): boolean =>
  annotations.has('kubernetes.io/config.mirror') || ownerReferences.some(({ kind }) => kind === 'Node');

const ENDED = ['Succeeded', 'Failed'];

const CORE: Readonly<Record<string, Convert>> = {
  Pod: (object, context) => {
    const { metadata, spec, status } = shaped(podShape, object, context);
    const template = podTemplate(spec, metadata.annotations, context.fingerprint);
    const issuer = issuerFlagIn(spec.containers.flatMap(({ command, args }) => [...command, ...args]));
    return [
      {
        type: 'workload',
        plural: 'pods',
        ...placeOf(metadata),
        owner: ownerOf(metadata),
        template: asHeld(isStatic(metadata) ? { ...template, serviceAccount: undefined } : template, object),
        node: spec.nodeName || undefined,
        runs: !ENDED.includes(status?.phase ?? ''),
        labels: labelsOf(metadata),
      },
      ...(issuer === undefined ? [] : [{ type: 'issuer' as const, issuer }]),
    ];
  },
  ServiceAccount: (object, context) => {
    const { metadata, automountServiceAccountToken, imagePullSecrets } = shaped(serviceAccountShape, object, context);
    const { annotations } = metadata;
    return [
      {
        type: 'service-account',
        ...placeOf(metadata),
        automount: automountServiceAccountToken ?? true,
        pullSecrets: imagePullSecrets.flatMap(({ name }) => name ?? []),
        awsRole: annotations.get('eks.amazonaws.com/role-arn'),
        awsAudience: annotations.get('eks.amazonaws.com/audience'),
        gcpAccount: annotations.get('iam.gke.io/gcp-service-account'),
        azureClient: annotations.get('azure.workload.identity/client-id'),
        labels: labelsOf(metadata),
      },
    ];
  },
  Secret: (object, context) => {
    const { metadata, type, data, stringData } = shaped(secretShape, object, context);
    const values = new Map([...data].map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
    for (const [key, value] of stringData) values.set(key, value);
    const secretType = type ?? 'Opaque';
    const content = { type: secretType, values, annotations: metadata.annotations };
    return [
      {
        type: 'secret',
        ...placeOf(metadata),
        secretType,
        keys: [...values.keys()].sort(),
        values: heldIn(object) ?? secretValues(content, context.fingerprint),
        labels: labelsOf(metadata),
      },
    ];
  },
  ConfigMap: (object, context) => {
    const { metadata, data } = shaped(configMapShape, object, context);
    const isAwsAuth = metadata.name === 'aws-auth' && metadata.namespace === 'kube-system';
    const mappings = isAwsAuth ? awsMappings(data, `${context.path}: ConfigMap aws-auth`) : [];
    return [
      { type: 'config-map', ...placeOf(metadata), values: heldIn(object) ?? heldValues(data, context.fingerprint), mappings },
    ];
  },
  Namespace: (object, context) => {
    const { metadata } = shaped(plainShape, object, context);
    const level = metadata.labels.get('pod-security.kubernetes.io/enforce');
    const enforce = POD_SECURITY_LEVELS.find((one) => one === level);
    return [{ type: 'namespace', name: metadata.name, enforce, labels: labelsOf(metadata) }];
  },
  Node: (object, context) => [{ type: 'node', name: shaped(plainShape, object, context).metadata.name }],
};

const POD_SECURITY_LEVELS: readonly PodSecurityLevel[] = ['privileged', 'baseline', 'restricted'];

/** The API server runs as a pod where kubeadm made the cluster: the first of its issuers is the one that signs. */
function issuerFlagIn(words: readonly string[]): string | undefined {
  if (!words.some((word) => /(?:^|\/)kube-apiserver$/.test(word))) return undefined;
  const flag = words.find((word) => word.startsWith('--service-account-issuer='));
  return flag === undefined ? undefined : issuerName(flag.slice(flag.indexOf('=') + 1));
}

/** An issuer as keys have it: host and path, without the scheme and a closing slash. */
export const issuerName = (address: string): string => address.replace(/^https?:\/\//, '').replace(/\/$/, '');
