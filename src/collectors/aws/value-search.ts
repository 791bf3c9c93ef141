/**
 * Credentials in what a thing was configured with. A value becomes its fingerprint here, and goes no further.
 *
 * An AWS key is known by its id; whoever reads the secret beside it holds it, whoever reads the id alone does not.
 */
import type { Fingerprint, Fingerprinter } from '../../model/fingerprint.ts';
import { isSecretName } from '../../model/secret-names.ts';
import { awsKeyIdsIn, awsSecretsIn } from '../../model/token-forms.ts';
import { credentialTextsIn, isSecretValue } from './value-rules.ts';

/** A setting, as it was configured. Without a name: a text, such as a script. */
export interface Setting {
  readonly name?: string;
  readonly value: string;
}

export interface FoundCredential {
  /** The setting's name, or what the text is. */
  readonly name: string;
  readonly rule: string;
  /** The id of an AWS key. */
  readonly keyId?: string;
  /** Of the value; absent where only the id of an AWS key is written. */
  readonly fingerprint?: Fingerprint;
}

export function credentialsIn(settings: readonly Setting[], place: string, fingerprint: Fingerprinter): FoundCredential[] {
  const named = settings.flatMap(({ name, value }) => (name === undefined ? assignmentsIn(value) : [{ name, value }]));
  const texts = settings.map(({ name = place, value }) => ({ name, value }));
  const found = new Map<string, FoundCredential>();
  const used = new Set<string>();
  for (const { id, name, secret } of awsKeysIn(named, texts)) {
    if (secret) used.add(secret);
    found.set(id, { name, rule: 'aws-access-key', keyId: id, ...(secret && { fingerprint: fingerprint(secret) }) });
  }
  const add = (name: string, rule: string, value: string): void => {
    if (used.has(value) || awsKeyIdsIn(value).length > 0) return;
    const mark = fingerprint(value);
    if (!found.has(mark)) found.set(mark, { name, rule, fingerprint: mark });
  };
  for (const { name, value } of texts) for (const token of credentialTextsIn(value)) add(name, token.rule, token.value);
  for (const { name, value } of named)
    if (isSecretName(name) && isSecretValue(value) && ![...credentialTextsIn(value)].length) add(name, 'named-as-secret', value);
  return [...found.values()];
}

type Named = Required<Setting>;

/** `export NAME=value`, `name: "value"`, `"name": "value"`. */
const ASSIGNMENT =
  /([A-Za-z][\w.-]{1,80})["']?[ \t]*(?::=|[:=])[ \t]*(?:"([^"\n]{1,4096})"|'([^'\n]{1,4096})'|([^\s"',;]{1,4096}))/g;

const assignmentsIn = (text: string): Named[] =>
  [...text.matchAll(ASSIGNMENT)].map(([, name = '', double, single, bare]) => ({ name, value: double ?? single ?? bare ?? '' }));

interface AwsKey {
  readonly id: string;
  readonly name: string;
  readonly secret?: string;
}

/** A secret belongs to the id whose name is alike, or to the only id that there is. */
function awsKeysIn(named: readonly Named[], texts: readonly Named[]): AwsKey[] {
  const ids = new Map(texts.flatMap(({ name, value }) => awsKeyIdsIn(value).map((id) => [id, name] as const)));
  const secrets = new Set(texts.flatMap(({ value }) => awsSecretsIn(value)));
  const only = ids.size === 1 && secrets.size === 1 ? [...secrets][0] : undefined;
  return [...ids].map(([id, name]) => {
    const own = named.filter(({ value }) => awsKeyIdsIn(value).includes(id)).map((one) => stemOf(one.name));
    const alike = named
      .filter((one) => /secret/i.test(one.name) && own.includes(stemOf(one.name)))
      .flatMap((one) => awsSecretsIn(one.value));
    const secret = alike.length === 1 ? alike[0] : only;
    return { id, name, ...(secret && { secret }) };
  });
}

/** `PROD_AWS_ACCESS_KEY_ID` and `PROD_AWS_SECRET_ACCESS_KEY` have one stem. */
export const stemOf = (name: string): string =>
  name.toLowerCase().replace(/[_.-]?(?:secret|access|key|id)(?=[_.-]|$|secret|access|key|id)/g, '');
