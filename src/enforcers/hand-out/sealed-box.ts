/** A value for whoever holds the secret half of a key, and nobody between: libsodium's sealed box, base64. */
import sodium from 'libsodium-wrappers';
import { RefusedError } from '../../model/errors.ts';

const KEY_BYTES = 32;

/** `publicKey`: 32 bytes (X25519), base64. */
export async function sealedBox(value: string, publicKey: string): Promise<string> {
  await sodium.ready;
  const key = Buffer.from(publicKey, 'base64');
  if (key.length !== KEY_BYTES)
    throw new RefusedError(`the public key to seal secrets with has ${key.length} bytes, not ${KEY_BYTES}`);
  return Buffer.from(sodium.crypto_box_seal(Buffer.from(value, 'utf8'), key)).toString('base64');
}
