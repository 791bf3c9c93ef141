/**
 * What can be done to a token by the authorization server that issued it: it is shown to the server, and refused from then on.
 *
 *   action   parameters                    control   reversible
 *   revoke   credential, tokenFile?        token     R2
 *
 * A step never carries the token. It is read when the step runs, from a file of mode 0600: `tokenFile` names one, in the enforcer's
 * folder `tokens` or absolute; without it the file in that folder is taken whose content has the fingerprint that the target is known by.
 *
 * Sources: RFC 7009 (revocation: 200 proves nothing, also unknown tokens get it), RFC 7662 (introspection: what is asked instead).
 */
import { z } from 'zod';
import type { Action } from './plan.ts';

export const OAUTH_PARAMETERS = z.object({ credential: z.string().min(1).optional(), tokenFile: z.string().min(1).optional() });

/** Leaked tokens are known by the fingerprint of their value. */
export const leakedFingerprint = (key: string): string | undefined => /^leak:(fp:.+)$/.exec(key)?.[1];

/** Whether a server of this kind may be asked about it: a token that was found somewhere. */
export const isOauthStep = (key: string, action: Action): boolean => action === 'revoke' && leakedFingerprint(key) !== undefined;
