/**
 * Credentials among named values: of Secrets, ConfigMaps and environments. A value leaves this file as its fingerprint only.
 *
 * Not every value is one: user names, hosts and public certificates are left alone, or equal fingerprints would tie strangers.
 */
import type { Fingerprinter } from '../../model/fingerprint.ts';
import { isPlaceholder, mayNameSecret } from '../../model/secret-names.ts';
import {
  hasAwsSecretForm,
  isAwsKeyId,
  isPrivateKey,
  isToken,
  passwordOfAddress,
  percentDecoded,
} from '../../model/token-forms.ts';
import type { HeldValue } from './records.ts';

const LEAST = 8;

/** Values of an environment or a ConfigMap, in the clear. */
export function heldValues(values: ReadonlyMap<string, string>, fingerprint: Fingerprinter): HeldValue[] {
  const pairs = awsKeys(values);
  const spoken = new Set(pairs.flatMap(({ names }) => names));
  return [
    ...pairs.map(({ keyId }): HeldValue => ({ type: 'aws-key', keyId })),
    ...[...values].filter(([name]) => !spoken.has(name)).flatMap(([name, value]) => heldValue(name, value, fingerprint) ?? []),
  ];
}

function heldValue(name: string, value: string, fingerprint: Fingerprinter): HeldValue | undefined {
  const trimmed = value.trim();
  const login = passwordOfAddress(trimmed);
  if (login !== undefined && !isPlaceholder(login))
    return { type: 'value', name, fingerprint: fingerprint(percentDecoded(login)), what: 'password in an address' };
  if (isPrivateKey(trimmed)) return { type: 'value', name, fingerprint: fingerprint(trimmed), what: 'private key' };
  if (isToken(trimmed)) return { type: 'value', name, fingerprint: fingerprint(trimmed), what: 'token' };
  if (!mayNameSecret(name) || trimmed.length < LEAST || /\s/.test(trimmed) || isPlaceholder(trimmed) || looksHarmless(trimmed))
    return undefined;
  return { type: 'value', name, fingerprint: fingerprint(trimmed), what: 'value' };
}

const looksHarmless = (value: string): boolean => /^(?:true|false|[\d.]+[a-z]{0,2}|\/[\w./-]*|https?:\/\/\S*)$/i.test(value);

interface AwsPair {
  readonly keyId: string;
  readonly names: readonly string[];
}

/** Ids with the secret of the same prefix beside them; an id alone proves nothing. */
function awsKeys(values: ReadonlyMap<string, string>): AwsPair[] {
  const ids = [...values].filter(([, value]) => isAwsKeyId(value.trim()));
  const secrets = [...values].filter(([, value]) => hasAwsSecretForm(value.trim()));
  return ids.flatMap(([name, id]) => {
    const partner =
      secrets.find(([other]) => prefixOf(other) === prefixOf(name)) ??
      (ids.length === 1 && secrets.length === 1 ? secrets[0] : undefined);
    return partner ? [{ keyId: id.trim(), names: [name, partner[0]] }] : [];
  });
}

const prefixOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(
      /[-_.]?(?:secret[-_.]?access[-_.]?key|access[-_.]?key[-_.]?id|access[-_.]?key|secret[-_.]?key|key[-_.]?id|secret|key|id)$/,
      '',
    );

/** What the kinds of Secrets hold by their definition. https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
export interface SecretContent {
  readonly type: string;
  readonly values: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
}

export function secretValues(secret: SecretContent, fingerprint: Fingerprinter): HeldValue[] {
  const { type, values, annotations } = secret;
  const one = (name: string, what: string): HeldValue[] => {
    const value = values.get(name)?.trim();
    return value ? [{ type: 'value', name, fingerprint: fingerprint(value), what }] : [];
  };
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return legacyToken(values, annotations.get('kubernetes.io/service-account.name'), fingerprint);
    case 'bootstrap.kubernetes.io/token':
      return bootstrapToken(values, fingerprint);
    case 'kubernetes.io/basic-auth':
      return one('password', 'password');
    case 'kubernetes.io/ssh-auth':
      return one('ssh-privatekey', 'private key');
    case 'kubernetes.io/tls':
      return one('tls.key', 'private key');
    case 'kubernetes.io/dockerconfigjson':
      return registryLogins(authsIn(values.get('.dockerconfigjson')), fingerprint);
    case 'kubernetes.io/dockercfg':
      return registryLogins(objectIn(values.get('.dockercfg')), fingerprint);
    default:
      return heldValues(values, fingerprint);
  }
}

/** A manifest has no token yet: the API server's controller fills it in. The credential is there all the same. */
function legacyToken(
  values: ReadonlyMap<string, string>,
  serviceAccount: string | undefined,
  fingerprint: Fingerprinter,
): HeldValue[] {
  const token = values.get('token')?.trim();
  if (!serviceAccount) return [];
  return [{ type: 'token', name: 'token', ...(token && { fingerprint: fingerprint(token) }), identity: { serviceAccount } }];
}

function bootstrapToken(values: ReadonlyMap<string, string>, fingerprint: Fingerprinter): HeldValue[] {
  const [id, secret] = [values.get('token-id'), values.get('token-secret')];
  if (!id || !secret) return [];
  const identity = { user: `system:bootstrap:${id}` };
  return [{ type: 'token', name: 'token-secret', fingerprint: fingerprint(`${id}.${secret}`), identity }];
}

/** `logins`: what a registry is logged in to with, by its host. */
function registryLogins(logins: object, fingerprint: Fingerprinter): HeldValue[] {
  return Object.entries(logins).flatMap(([host, login]): HeldValue[] => {
    const password = passwordOf(login);
    return password ? [{ type: 'value', name: host, fingerprint: fingerprint(password), what: 'registry password' }] : [];
  });
}

const authsIn = (text: string | undefined): object => objectOf((objectIn(text) as { auths?: unknown }).auths);

function objectIn(text: string | undefined): object {
  try {
    return objectOf(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

const objectOf = (value: unknown): object => (value !== null && typeof value === 'object' ? value : {});

function passwordOf(login: unknown): string | undefined {
  const { password, auth } = (login ?? {}) as { password?: unknown; auth?: unknown };
  if (typeof password === 'string' && password) return password;
  const plain = typeof auth === 'string' ? Buffer.from(auth, 'base64').toString('utf8') : '';
  return plain.includes(':') ? plain.slice(plain.indexOf(':') + 1) : undefined;
}
