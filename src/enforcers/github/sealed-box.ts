/**
 * A value for whoever holds the secret half of a key: libsodium's sealed box, base64.
 * https://docs.github.com/rest/guides/encrypting-secrets-for-the-rest-api
 */
import sodium from 'libsodium-wrappers';
import { RefusedError } from '../../model/errors.ts';

const KEY_BYTES = 32;

export async function sealedBox(value: string, publicKey: string): Promise<string> {
  await sodium.ready;
  const key = Buffer.from(publicKey, 'base64');
  if (key.length !== KEY_BYTES) throw new RefusedError('GitHub gave no public key to seal secrets with');
  return Buffer.from(sodium.crypto_box_seal(Buffer.from(value, 'utf8'), key)).toString('base64');
}
