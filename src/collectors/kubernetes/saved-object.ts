/**
 * An object as it may be saved: without the values that it holds. What they were to the graph stands in `held`, as the converter reads
 * it, so that the saved files say the same when they are collected.
 */
import { z } from 'zod';
import type { HeldValue, KubernetesRecord } from './records.ts';

const heldShape = z.array(
  z.union([
    z.object({ type: z.literal('value'), name: z.string(), fingerprint: z.string().regex(/^fp:/), what: z.string() }),
    z.object({
      type: z.literal('token'),
      name: z.string(),
      fingerprint: z.string().regex(/^fp:/).optional(),
      identity: z.union([z.object({ serviceAccount: z.string() }), z.object({ user: z.string() })]),
    }),
    z.object({ type: z.literal('aws-key'), keyId: z.string() }),
  ]),
);

/** Undefined for an object that was not saved by interlock. */
export function heldIn(object: unknown): readonly HeldValue[] | undefined {
  const found = heldShape.safeParse((object as { held?: unknown }).held);
  return found.success ? (found.data as readonly HeldValue[]) : undefined;
}

type ApiObject = Readonly<Record<string, unknown>>;

export function savedObject(object: ApiObject, records: readonly KubernetesRecord[]): object {
  const { data, stringData: _, binaryData: __, metadata, ...rest } = object;
  return {
    ...(withoutValues(rest) as object),
    metadata: withTellingAnnotations(metadata),
    ...(data !== undefined && { data: namesOf(object['kind'] as string, data, records) }),
    held: records.flatMap(heldBy),
  };
}

function heldBy(record: KubernetesRecord): readonly HeldValue[] {
  if (record.type === 'workload') return record.template?.literals ?? [];
  return record.type === 'secret' || record.type === 'config-map' ? record.values : [];
}

/** Names stay, values do not; but for the ConfigMap that says who of AWS is whom. */
function namesOf(kind: string, data: unknown, records: readonly KubernetesRecord[]): unknown {
  const isMapping = kind === 'ConfigMap' && records.some((record) => record.type === 'config-map' && record.mappings.length > 0);
  if (isMapping || data === null || typeof data !== 'object') return data;
  return Object.fromEntries(Object.keys(data).map((name) => [name, '']));
}

const TELLING_ANNOTATION =
  /^(?:eks\.amazonaws\.com|iam\.gke\.io|azure\.workload\.identity)\/|^vault\.hashicorp\.com\/(?:role|auth-path)$|^kubernetes\.io\/(?:service-account\.name|config\.mirror)$/;

/** Annotations hold anything, such as the whole object that `kubectl apply` was given: those stay that are read. */
function withTellingAnnotations(metadata: unknown): unknown {
  const { annotations, managedFields: _, ...rest } = (metadata ?? {}) as ApiObject;
  const kept = Object.entries((annotations ?? {}) as object).filter(([name]) => TELLING_ANNOTATION.test(name));
  return { ...rest, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) };
}

/** Values of environments and of headers, and the words of commands, wherever containers stand. */
function withoutValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutValues);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, inner]) => {
    if (name === 'metadata') return [name, withTellingAnnotations(inner)];
    if ((name === 'env' || name === 'httpHeaders') && Array.isArray(inner)) return [name, inner.map(withoutValue)];
    return [
      name,
      (name === 'args' || name === 'command') && Array.isArray(inner) ? inner.filter(isTelling) : withoutValues(inner),
    ];
  });
  return Object.fromEntries(entries) as unknown;
}

function withoutValue(variable: unknown): unknown {
  if (variable === null || typeof variable !== 'object' || !('value' in variable)) return variable;
  const { value: _, ...rest } = variable;
  return rest;
}

/** Words may hold anything; only what tells the API server's issuer is read again. */
const isTelling = (word: unknown): boolean =>
  typeof word === 'string' && /(?:^|\/)kube-apiserver$|^--service-account-issuer=/.test(word);
