/** Whose proof a key names by itself: passwords are written behind the identity that they are of. */
const FORMS = [
  /^(postgres:[^/]+\/roles\/.+)\/password$/,
  /^(aws:arn:[^:]*:iam::\d*:user\/.+)\/login-profile$/,
  /^(vault:[^/]+\/auth\/.+\/role\/[^/]+)\/secret-id\/[^/]+$/,
  /^(redis:[^/]+\/users\/[^/]+)\/passwords\/[^/]+$/,
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
