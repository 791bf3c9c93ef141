/** Which part of a new credential (`NewCredential`) a place is for, where its name says so. */
const PARTS: readonly (readonly [credential: RegExp, place: RegExp, field: string])[] = [
  [/^aws:/, /(^|_|-|\/)(key_?id|access_?id|id)$/i, 'accessKeyId'],
  [/^vault:/, /(^|_|-|\/)role_?id$/i, 'roleId'],
  [/^(postgres|redis|rabbitmq):/, /(^|_|-|\/)(user|user_?name|login)$/i, 'user'],
];

/** `placeName`: as the place's own system has it, such as `AWS_ACCESS_KEY_ID`. The secret itself unless the name is plainly another part's. */
export const credentialField = (placeName: string, credentialKey: string): string =>
  PARTS.find(([credential, place]) => credential.test(credentialKey) && place.test(placeName))?.[2] ?? 'value';
