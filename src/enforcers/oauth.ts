import { RefusedError } from '../model/errors.ts';
import type { Fingerprinter } from '../model/fingerprint.ts';
import { OAUTH_PARAMETERS } from '../model/oauth-actions.ts';
import type { PlanStep } from '../model/plan.ts';
import type { Enforcer, Probed } from '../ports/enforcer.ts';
import { OauthServer, type OauthSettings } from './oauth/server.ts';
import { findToken } from './oauth/token.ts';
import { orRefused } from './step/refused.ts';

export interface OauthEnforcerOptions extends OauthSettings {
  readonly name: string;
  /** An absolute folder in which people put leaked tokens, each in a file of mode 0600. */
  readonly tokens?: string | undefined;
  readonly fingerprint: Fingerprinter;
}

/**
 * Ends tokens at the authorization server that issued them (RFC 7009), and asks it whether they are over (RFC 7662). The token is read
 * from its file for each call and kept nowhere. Who checks a signed token offline takes it until it runs out: that is what the step
 * leaves.
 */
export function createOauthEnforcer({ name, tokens, fingerprint, ...settings }: OauthEnforcerOptions): Enforcer {
  const server = new OauthServer(settings);
  /** Tokens that this process saw active, by the step's target: what the server does not know, it calls inactive too. */
  const seen = new Set<string>();
  const tokenOf = ({ target, parameters }: PlanStep) => {
    const parsed = OAUTH_PARAMETERS.safeParse(parameters);
    if (!parsed.success)
      throw new RefusedError(`parameters.${parsed.error.issues[0]?.path.join('.') ?? ''}: not a text; plan again`);
    return findToken({ target, tokenFile: parsed.data.tokenFile, tokens, fingerprint });
  };
  return {
    name,
    type: 'oauth',
    supports: (kind, action) => action === 'revoke' && (kind === 'Credential' || kind === 'Session'),
    controlOf: () => 'token',
    async *check(signal) {
      const { issuer } = await server.metadata(signal);
      await server.activeToken('a token that nobody was given', signal);
      yield { type: 'works', text: `oauth ${issuer} as client "${settings.clientId}"` };
    },
    preflight: (step, { signal }) =>
      orRefused(async () => {
        const { token } = await tokenOf(step);
        const isOver = (await server.activeToken(token, signal)) === undefined;
        if (!isOver) seen.add(step.target);
        return { refusals: [], preImage: '', preexisting: isOver };
      }),
    async apply(step, { signal }) {
      signal.throwIfAborted();
      const { token, file } = await tokenOf(step);
      if (await server.activeToken(token, signal)) seen.add(step.target);
      await server.revoke(token, signal);
      return { evidence: [`${server.place} was shown the token to end it; delete ${file} once it is over`] };
    },
    async probe(step, { signal, now }) {
      const { token } = await tokenOf(step);
      const active = await server.activeToken(token, signal);
      if (active) return { state: 'not-effective', evidence: [`${server.place} says that the token is active`] };
      if (!seen.has(step.target) && claimsOf(token).iss !== settings.issuer)
        return {
          state: 'partial',
          evidence: [
            `${server.place} says that the token is not active, as it says of one that it never issued: look whose it is`,
          ],
        };
      return { state: 'effective', evidence: [`${server.place} says that the token is not active`], ...residualOf(token, now()) };
    },
    undo: async () => {
      throw new RefusedError('a token that was revoked cannot be given back: log in again');
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** RFC 7519: whoever looks at the signature alone takes a JWT until its `exp`. */
function residualOf(token: string, now: Date): Pick<Probed, 'residualUntil'> {
  const { exp } = claimsOf(token);
  return typeof exp === 'number' && exp * 1000 > now.getTime() ? { residualUntil: new Date(exp * 1000).toISOString() } : {};
}

/** What a JWT says of itself; nothing of any other token. */
function claimsOf(token: string): { readonly exp?: unknown; readonly iss?: unknown } {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return {};
  try {
    return (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object | null) ?? {};
  } catch {
    return {};
  }
}
