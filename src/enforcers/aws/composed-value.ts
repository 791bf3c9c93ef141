/** What a secret or parameter holds after a new credential was written into it. Values go in and out; no message quotes one. */
import { RefusedError } from '../../model/errors.ts';
import type { NewCredential } from '../../ports/enforcer.ts';

export interface Composing {
  /** Of the place, for messages. */
  readonly name: string;
  readonly current: string;
  readonly fresh: NewCredential;
  /** Which part of the credential a plain text is. */
  readonly field: string;
  /** Which field of a JSON object is meant, where it is known. */
  readonly jsonKey?: string | undefined;
  /** Id of the access key that is replaced: the field that holds it is the id's. */
  readonly replacedId?: string | undefined;
  /** The place is the only one that is written: a key's new secret without its new id would strand whoever reads both. */
  readonly isWhole?: boolean | undefined;
}

/** A plain text becomes the part; of a JSON object those fields change that are surely meant. Throws a RefusedError that names its fields. */
export function composedValue({ name, current, fresh, field, jsonKey, replacedId, isWhole }: Composing): string {
  const object = objectOf(current);
  const needsId = isWhole === true && field === 'value' && fresh['accessKeyId'] !== undefined;
  if (!object && needsId)
    throw new RefusedError(`${name} holds a plain text, and a new key has a new id too: write both by hand`);
  if (!object) return partOf(name, fresh, field);
  if (jsonKey !== undefined) {
    if (!Object.hasOwn(object, jsonKey)) throw refusal(name, object, `has no field ${jsonKey}`);
    return JSON.stringify({ ...object, [jsonKey]: partOf(name, fresh, field) });
  }
  const companions = companionsIn(object, fresh, replacedId);
  if (needsId && Object.keys(companions).length === 0)
    throw refusal(name, object, 'has no field that holds the id of the replaced key');
  const rest = Object.keys(object).filter((key) => typeof object[key] === 'string' && !(key in companions));
  const named = rest.filter((key) => SECRET_NAME.test(key) && !ID_NAME.test(key));
  const [only, ...others] = named.length > 0 ? named : rest;
  if (only === undefined || others.length > 0) throw refusal(name, object, 'is not plain about which field holds the secret');
  return JSON.stringify({ ...object, ...companions, [only]: fresh.value });
}

const SECRET_NAME = /secret|pass|pwd|token|key/i;
const ID_NAME = /(^|_|-)(key_?id|id)$|KeyId$/i;

/** Of the parts of a credential that are no secret: by what names a JSON object holds them. */
const COMPANIONS: Readonly<Record<string, RegExp>> = {
  accessKeyId: /access_?key_?id$/i,
  roleId: /role_?id$/i,
  clientId: /client_?id$/i,
  user: /^(db_?)?user(_?name)?$/i,
};

function companionsIn(object: Readonly<Record<string, unknown>>, fresh: NewCredential, replacedId: string | undefined) {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(object)) {
    const id = fresh['accessKeyId'];
    if (id !== undefined && id !== '' && (value === replacedId || value === id)) found[key] = id;
    for (const [part, name] of Object.entries(COMPANIONS)) {
      const text = fresh[part];
      if (text !== undefined && name.test(key) && typeof value === 'string') found[key] = text;
    }
  }
  return found;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function partOf(name: string, fresh: NewCredential, field: string): string {
  const part = fresh[field];
  if (part === undefined) throw new RefusedError(`${name}: the new credential has no part ${field}: write it by hand`);
  return part;
}

const refusal = (name: string, object: object, what: string): RefusedError =>
  new RefusedError(`${name} ${what} (fields ${Object.keys(object).join(', ')}): write it by hand`);
