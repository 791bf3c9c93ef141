import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';

const SAFETY_SECONDS = 60;
const LIFE_SECONDS = 9 * 60;

/**
 * The token by which an app says who it is (RS256, RFC 7519). `now` is GitHub's time in seconds, not this machine's; GitHub takes
 * tokens of at most ten minutes and none from the future.
 * https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export async function appJwt({
  appId,
  privateKey,
  now,
}: {
  readonly appId: string;
  /** PEM, as GitHub hands it out. */
  readonly privateKey: string;
  readonly now: number;
}) {
  const ends = now + LIFE_SECONDS;
  const jwt = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(appId)
    .setIssuedAt(now - SAFETY_SECONDS)
    .setExpirationTime(ends)
    .sign(createPrivateKey(privateKey));
  return { jwt, expiresAt: new Date(ends * 1000).toISOString() };
}
