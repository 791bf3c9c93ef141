import { createSign } from 'node:crypto';

const SAFETY_SECONDS = 60;
const LIFE_SECONDS = 9 * 60;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * The token by which an app says who it is (RS256, RFC 7519). `now` is GitHub's time in seconds, not this machine's; GitHub takes
 * tokens of at most ten minutes and none from the future.
 * https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export function appJwt({
  appId,
  privateKey,
  now,
}: {
  readonly appId: string;
  readonly privateKey: string;
  readonly now: number;
}) {
  const claims = { iat: now - SAFETY_SECONDS, exp: now + LIFE_SECONDS, iss: appId };
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url');
  return { jwt: `${signed}.${signature}`, expiresAt: new Date(claims.exp * 1000).toISOString() };
}
