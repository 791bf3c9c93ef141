import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { messageOf, RefusedError } from '../../model/errors.ts';
import type { RedisPlace } from './place.ts';
import type { RedisTlsFiles } from './settings.ts';

/**
 * How a place is connected to; undefined: in the clear. The server's certificate must be of a known authority and of the host's name,
 * always. A RefusedError where files are named for a connection that would not use them.
 */
export async function tlsOf(place: RedisPlace, files: RedisTlsFiles): Promise<ConnectionOptions | undefined> {
  const { caFile, certFile, keyFile } = files;
  const named = Object.entries(files).find(([, file]) => file !== undefined)?.[0];
  if (!place.tls) {
    if (named === undefined) return undefined;
    throw new RefusedError(`redis ${place.text}: ${named} is set, and the url is not rediss://: nothing would be encrypted`);
  }
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new RefusedError(`redis ${place.text}: certFile and keyFile go together: set both`);
  const [ca, cert, key] = await Promise.all([read('caFile', caFile), read('certFile', certFile), read('keyFile', keyFile)]);
  return {
    // RFC 6066: an address is no server name.
    ...(isIP(place.host) === 0 && { servername: place.host }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

/** What the code of a failed handshake means; undefined for other codes. */
export function tlsWords(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (/^(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|ERR_TLS_CERT_ALTNAME)/.test(code))
    return `its certificate is not taken (${code}): name its authority by caFile, and the host as the certificate does`;
  if (/^ERR_SSL_.*ALERT/.test(code))
    return `the server asks for another client certificate (${code}): name one that it takes by certFile and keyFile`;
  return code.startsWith('ERR_SSL_')
    ? `does not speak TLS as we do (${code}): check the port and that the url is right`
    : undefined;
}

async function read(name: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new RefusedError(`${name}: ${file}: ${(error as { code?: string }).code ?? messageOf(error)}`);
  });
}
