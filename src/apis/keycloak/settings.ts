import { z } from 'zod';

const withoutLogin = z
  .url()
  .refine(
    (url) => !/^[^:]*:\/\/[^/?#]*@/.test(url),
    'holds a login, which messages would show; give it as `user` and `password`',
  );

/** How the admin API is reached. One login: a client with its secret, or a user with a password through a client that allows it. */
export const keycloakConnection = {
  /** Of the server, with its path if it has one: `https://sso.example.com` or `https://example.com/auth`. */
  url: withoutLogin,
  /** The realm in which we log in. */
  loginRealm: z.string().min(1).default('master'),
  clientId: z.string().min(1).default('admin-cli'),
  clientSecret: z.string().min(1).optional(),
  user: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  /** PEM file of the authority that signed the server's certificate. */
  caFile: z.string().min(1).optional(),
} as const;

interface Login {
  readonly clientSecret?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** For `refine`: exactly one way to log in. */
export const ONE_LOGIN = [
  ({ clientSecret, user, password }: Login) =>
    user === undefined ? clientSecret !== undefined && password === undefined : password !== undefined,
  'needs clientId and clientSecret, or user and password',
] as const;

export interface KeycloakConnection extends Login {
  readonly url: string;
  readonly loginRealm: string;
  readonly clientId: string;
  readonly caFile?: string | undefined;
}
