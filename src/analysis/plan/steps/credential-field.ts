/** Which part of a new credential (`NewCredential`) a place is for, where its name says so. */
const PARTS: readonly (readonly [credential: RegExp, place: RegExp, field: string])[] = [
  [/^aws:/, /(^|_|-|\/)(key_?id|access_?id|id)$/i, 'accessKeyId'],
  [/^vault:/, /(^|_|-|\/)role_?id$/i, 'roleId'],
  [/^keycloak:/, /(^|_|-|\/)client_?id$/i, 'clientId'],
  [/^(postgres|redis|rabbitmq):/, /(^|_|-|\/)(user|user_?name|login)$/i, 'user'],
];

/** `placeName`: as the place's own system has it, such as `AWS_ACCESS_KEY_ID`. The secret itself unless the name is plainly another part's. */
export const credentialField = (placeName: string, credentialKey: string): string =>
  PARTS.find(([credential, place]) => credential.test(credentialKey) && place.test(placeName))?.[2] ?? 'value';

/**
 * Where the public part of a new credential has to go with its secret part, under the name that the tools of its system read: null where
 * the secret works without it, undefined where it is not known.
 */
export function idPlaceOf(place: string, credentialKey: string): string | null | undefined {
  // A Secret of Kubernetes and one of Secrets Manager hold both under keys of their own: its delivery writes both, or none.
  if (place.startsWith('k8s:') || /^aws:arn:[\w-]+:secretsmanager:/.test(place)) return null;
  if (!credentialKey.startsWith('aws:') || credentialField(place, credentialKey) === 'accessKeyId') return null;
  const found = /^(.*)(secret_access_key|secret_key)$/i.exec(place);
  if (!found) return undefined;
  const id = /access/i.test(found[2]!) ? 'access_key_id' : 'key_id';
  return `${found[1]}${found[2] === found[2]!.toUpperCase() ? id.toUpperCase() : id}`;
}

/**
 * Where the user name of a new credential has to go with its password: the place beside it whose name says so, which `isKnown`. Null
 * where the delivery writes both, or none; undefined where it is not known.
 */
export function namePlaceOf(place: string, isKnown: (place: string) => boolean): string | null | undefined {
  if (place.startsWith('k8s:')) return null;
  const found = /^(.*?)(password|passwd|pass|pwd)$/i.exec(place);
  if (!found) return undefined;
  const isUpper = found[2] === found[2]!.toUpperCase();
  const names = ['user', 'username', 'user_name', 'login'].map((name) => (isUpper ? name.toUpperCase() : name));
  return names.map((name) => `${found[1]}${name}`).find(isKnown);
}
