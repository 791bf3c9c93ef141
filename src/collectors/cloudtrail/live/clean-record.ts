/**
 * A CloudTrail record without secret values. Most services write `HIDDEN_DUE_TO_SECURITY_REASONS` themselves; STS writes the session
 * token, and others what they were given.
 */
import { withoutTokens } from '../../../model/token-forms.ts';

const SECRETS =
  /^(sessionToken|secretAccessKey|secretString|secretBinary|.*password|.*passphrase|privateKey|privateKeyPlaintext|keyMaterial|plaintext|userData|authorizationToken|accessToken|idToken|refreshToken|webIdentityToken|sAMLAssertion|clientSecret|authToken|signedToken|x-amz-security-token)$/i;
const VALUES = /^(variables|environmentVariables|environment)$/i;
/** The value of an SSM parameter, of an environment entry; a tag's is none. */
const VALUE = /^value$/i;
const HIDDEN = '(hidden)';
/** Signed addresses. */
const SIGNATURES = /X-Amz-(?:Signature|Security-Token)=[^&\s"]+/g;

export const cleanRecord = (record: unknown): unknown => cleaned(record, false);

/** `hidesValues`: below something that holds settings. */
function cleaned(value: unknown, hidesValues: boolean): unknown {
  if (typeof value === 'string') return hidesValues ? HIDDEN : withoutTokens(value, HIDDEN).replace(SIGNATURES, HIDDEN);
  if (Array.isArray(value)) return value.map((one) => cleaned(one, hidesValues));
  if (typeof value !== 'object' || value === null) return value;
  const isTag = Object.keys(value).some((key) => /^(key|tagKey)$/i.test(key));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (inner !== null && SECRETS.test(key)) return [key, HIDDEN];
      if (VALUE.test(key) && !isTag && typeof inner === 'string') return [key, HIDDEN];
      return [key, cleaned(inner, VALUES.test(key) || (hidesValues && !/^name$/i.test(key)))];
    }),
  );
}
