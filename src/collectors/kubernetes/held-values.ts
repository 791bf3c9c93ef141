/**
 * Credentials among named values: of Secrets, ConfigMaps and environments. A value leaves this file as its fingerprint only.
 *
 * Not every value is one: user names, hosts and public certificates are left alone, or equal fingerprints would tie strangers.
 */
import type { Fingerprinter } from '../../model/fingerprint.ts';
import type { HeldValue } from './records.ts';

const CREDENTIAL_NAME =
  /pass(?:word|wd|phrase|code)?$|pwd$|secret|token|api[-_.]?key|private[-_.]?key|access[-_.]?key|client[-_.]?key|credential|auth[-_.]?key|^(?:key|auth)$/i;
const NO_CREDENTIAL_NAME =
  /(?:name|file|path|url|uri|host|id|type|ttl|expir\w*|length|count|enabled|audience|issuer|mount|ref)$/i;
const KEY_ID = /^A[KS]IA[0-9A-Z]{12,124}$/;
const AWS_SECRET = /^[A-Za-z0-9/+]{40}$/;
const TOKEN =
  /^(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|[sr]k_live_\w{10,}|hv[sb]\.[\w-]{20,}|npm_\w{36})$/;
const PRIVATE_KEY = /^-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const LOGIN_IN_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:([^\s@/]{6,})@/i;
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
  const login = LOGIN_IN_ADDRESS.exec(trimmed)?.[1];
  if (login !== undefined && !isPlaceholder(login))
    return { type: 'value', name, fingerprint: fingerprint(decoded(login)), what: 'password in an address' };
  if (PRIVATE_KEY.test(trimmed)) return { type: 'value', name, fingerprint: fingerprint(trimmed), what: 'private key' };
  if (TOKEN.test(trimmed)) return { type: 'value', name, fingerprint: fingerprint(trimmed), what: 'token' };
  const isNamed = CREDENTIAL_NAME.test(name) && !NO_CREDENTIAL_NAME.test(name);
  if (!isNamed || trimmed.length < LEAST || /\s/.test(trimmed) || isPlaceholder(trimmed) || looksHarmless(trimmed))
    return undefined;
  return { type: 'value', name, fingerprint: fingerprint(trimmed), what: 'value' };
}

/** References that something else fills in, and stand-ins of people. */
const isPlaceholder = (value: string): boolean =>
  /\$\(|\$\{|\{\{|^<.*>$|^%.*%$|redacted|changeme|change-me|placeholder|example|^x+$|^\*+$|^\.+$/i.test(value);

const looksHarmless = (value: string): boolean => /^(?:true|false|[\d.]+[a-z]{0,2}|\/[\w./-]*|https?:\/\/\S*)$/i.test(value);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface AwsPair {
  readonly keyId: string;
  readonly names: readonly string[];
}

/** Ids with the secret of the same prefix beside them; an id alone proves nothing. */
function awsKeys(values: ReadonlyMap<string, string>): AwsPair[] {
  const ids = [...values].filter(([, value]) => KEY_ID.test(value.trim()));
  const secrets = [...values].filter(([, value]) => AWS_SECRET.test(value.trim()));
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
      return registryLogins(values.get('.dockerconfigjson'), fingerprint);
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

function registryLogins(text: string | undefined, fingerprint: Fingerprinter): HeldValue[] {
  return Object.entries(registriesIn(text)).flatMap(([host, login]): HeldValue[] => {
    const password = passwordOf(login);
    return password ? [{ type: 'value', name: host, fingerprint: fingerprint(password), what: 'registry password' }] : [];
  });
}

function registriesIn(text: string | undefined): object {
  try {
    const auths = (JSON.parse(text ?? '{}') as { auths?: unknown } | null)?.auths;
    return auths !== null && typeof auths === 'object' ? auths : {};
  } catch {
    return {};
  }
}

function passwordOf(login: unknown): string | undefined {
  const { password, auth } = (login ?? {}) as { password?: unknown; auth?: unknown };
  if (typeof password === 'string' && password) return password;
  const plain = typeof auth === 'string' ? Buffer.from(auth, 'base64').toString('utf8') : '';
  return plain.includes(':') ? plain.slice(plain.indexOf(':') + 1) : undefined;
}
