/**
 * Whose proof a key names by itself: an identity's one password is written behind it. A proof with an id of its own (a secret-id, one
 * of several passwords) is known from its system alone, which also says when it is gone.
 */
const FORMS = [
  /^(postgres:[^/]+\/roles\/.+)\/password$/,
  /^(aws:arn:[^:]*:iam::\d*:user\/.+)\/login-profile$/,
  /^(rabbitmq:[^/]+\/users\/[^/]+)\/password$/,
] as const;

/** Undefined for a key that does not tell. */
export function identityOfProof(key: string): string | undefined {
  for (const form of FORMS) {
    const identity = form.exec(key)?.[1];
    if (identity !== undefined) return identity;
  }
  return undefined;
}
