import { z } from 'zod';

/**
 * How a Vault or OpenBao server is asked. With a token, or as an AppRole: then a token is taken for each connection and revoked when it
 * closes. `caFile`: PEM of the authority that signed the server's certificate.
 */
export const vaultConnection = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  token: z.string().min(1).optional(),
  approle: z
    .strictObject({ roleId: z.string().min(1), secretId: z.string().min(1), mount: z.string().min(1).default('approle') })
    .optional(),
  namespace: z.string().min(1).optional(),
  caFile: z.string().min(1).optional(),
});

export type VaultConnection = z.infer<typeof vaultConnection>;

/** One way in, not two. */
export const saysOneLogin = ({ token, approle }: Pick<VaultConnection, 'token' | 'approle'>): boolean =>
  (token === undefined) !== (approle === undefined);
export const ONE_LOGIN = 'give either `token` or `approle`';
