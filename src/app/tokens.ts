/** Bearer tokens: shown once, kept as SHA-256. */
import { randomBytes } from 'node:crypto';
import { DAY_MS } from '../model/durations.ts';
import { sha256 } from '../model/ledger.ts';
import type { RoleName, Token, TokenStore } from '../ports/store.ts';
import type { App } from './app.ts';

const PREFIX = 'ilk_';

export interface CreatedToken {
  readonly token: Token;
  /** The only time that it is seen. */
  readonly secret: string;
}

export async function createToken(
  app: Pick<App, 'store' | 'wallClock' | 'newId' | 'actor'>,
  { name, role, days }: { name: string; role: RoleName; days?: number },
): Promise<CreatedToken> {
  const now = app.wallClock();
  const secret = PREFIX + randomBytes(32).toString('base64url');
  const token: Token = {
    id: app.newId(),
    name,
    role,
    hash: sha256(secret),
    createdAt: now.toISOString(),
    expiresAt: days === undefined ? null : new Date(now.getTime() + days * DAY_MS).toISOString(),
  };
  const body = { id: token.id, name, role, expiresAt: token.expiresAt, act: 'create' };
  await app.store.addToken(token, { id: app.newId(), at: now.toISOString(), actor: app.actor, type: 'token', body });
  return { token, secret };
}

export async function revokeToken(app: Pick<App, 'store' | 'wallClock' | 'newId' | 'actor'>, id: string): Promise<boolean> {
  const at = app.wallClock().toISOString();
  return app.store.removeToken(id, { id: app.newId(), at, actor: app.actor, type: 'token', body: { id, act: 'revoke' } });
}

/** The living token behind a secret, or undefined. */
export async function whoIs(store: TokenStore, secret: string, now: Date): Promise<Token | undefined> {
  const token = await store.tokenByHash(sha256(secret));
  return token && (token.expiresAt === null || token.expiresAt > now.toISOString()) ? token : undefined;
}
