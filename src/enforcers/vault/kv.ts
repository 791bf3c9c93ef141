/**
 * One field of a secret in the KV engine, version 2: written by a merge patch with check-and-set, so that no other field is touched and
 * nobody's write in between is lost. https://openbao.org/api-docs/secret/kv/kv-v2/#patch-secret
 */
import { createHash } from 'node:crypto';
import { type Fields, fieldsOf, type VaultApi } from '../../apis/vault/vault-api.ts';
import { RefusedError } from '../../model/errors.ts';

export interface KvPlace {
  readonly mount: string;
  readonly path: string;
  /** Which part of the new credential. */
  readonly field: string;
  /** Which field of the secret. */
  readonly key?: string | undefined;
}

export interface KvVersion {
  readonly version: number;
  /** Values: in memory only. */
  readonly data: Fields;
}

/** Of a new credential, which is random and long: it tells the value from another, and leads nobody to it. */
export const fingerprintOf = (value: string): string => createHash('sha256').update(value, 'utf8').digest('base64url');

const placeOf = ({ mount, path }: Pick<KvPlace, 'mount' | 'path'>): string => `${mount}/data/${path}`;

/** The newest version, or the one that is named; undefined where there is none, or it was deleted. */
export async function kvVersion(api: VaultApi, place: KvPlace, version?: number): Promise<KvVersion | undefined> {
  const answer = await api.read(placeOf(place), version === undefined ? {} : { version: String(version) });
  const data = fieldsOf(answer?.data['data']);
  const found = fieldsOf(answer?.data['metadata'])?.['version'];
  return data && typeof found === 'number' ? { version: found, data } : undefined;
}

/** Names under which applications keep the parts of a credential, the likeliest first. */
const NAMES: Readonly<Record<string, readonly RegExp[]>> = {
  value: [/^secret_?id$/i, /^(secret_?)?(access_?)?key$/i, /pass(word|wd)?$/i, /token$/i, /^value$/i, /secret/i],
  roleId: [/^role_?id$/i],
  accessKeyId: [/^(aws_?)?access_?key_?id$/i, /key_?id$/i],
  user: [/^user(_?name)?$/i],
};

/** Which field of the secret takes the part, or why that cannot be told. */
export function keyFor({ field, key, mount, path }: KvPlace, names: readonly string[]): { key: string } | { problem: string } {
  const place = `secret ${mount}/${path}`;
  if (key !== undefined)
    return names.includes(key) ? { key } : { problem: `${place} has no field ${key}; it has ${names.join(', ')}` };
  const [only] = names;
  if (only !== undefined && names.length === 1) return { key: only };
  for (const pattern of NAMES[field] ?? []) {
    const fitting = names.filter((name) => pattern.test(name));
    if (fitting.length === 1) return { key: fitting[0] as string };
  }
  return { problem: `${place} has the fields ${names.join(', ')}: which takes the new ${field}? Put it there by hand` };
}

/** Writes one field on top of the version that was read. Null takes it away. */
export async function writeField(
  api: VaultApi,
  place: KvPlace,
  change: { readonly key: string; readonly value: unknown; readonly version: number },
): Promise<number> {
  const body = { data: { [change.key]: change.value }, options: { cas: change.version } };
  const { data } = await api.patch(placeOf(place), body);
  if (typeof data['version'] !== 'number') throw new RefusedError(`${placeOf(place)}: no version came back; is it KV version 2?`);
  return data['version'];
}
