import { RateLimiterMemory } from 'rate-limiter-flexible';
import { whoIs } from '../app/tokens.ts';
import type { RoleName, TokenStore } from '../ports/store.ts';
import { LIMITS } from './limits.ts';

export type Authentication =
  | { readonly ok: true; readonly name: string; readonly role: RoleName }
  | { readonly ok: false; readonly status: 401 | 429; readonly message: string; readonly retryAfterSeconds?: number };

/** Bearer tokens (RFC 6750), with a rate for each. There is no anonymous access, on loopback neither. */
export function createAuthenticator(store: TokenStore, now: () => Date) {
  const perToken = new RateLimiterMemory({ points: LIMITS.rate, duration: 60 });
  const perAddress = new RateLimiterMemory({ points: LIMITS.anonymousRate, duration: 60 });
  return async (header: string | undefined, address: string): Promise<Authentication> => {
    const secret = /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i.exec(header ?? '')?.[1];
    const token = secret === undefined ? undefined : await whoIs(store, secret, now());
    const limiter = token ? perToken : perAddress;
    const tooMany = await limiter.consume(token?.id ?? address).then(
      () => undefined,
      (over: { msBeforeNext: number }) => over,
    );
    if (tooMany) {
      return { ok: false, status: 429, message: 'too many requests', retryAfterSeconds: Math.ceil(tooMany.msBeforeNext / 1000) };
    }
    if (token) return { ok: true, name: token.name, role: token.role };
    const message =
      secret === undefined
        ? 'a bearer token is needed: `interlock token create --role analyst`'
        : 'no such token, or it has expired';
    return { ok: false, status: 401, message };
  };
}
