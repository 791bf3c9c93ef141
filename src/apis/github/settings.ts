import { z } from 'zod';

/**
 * How GitHub is asked. As a GitHub App that is installed in the organisation (`appId`, `privateKeyFile`), or with a token; an app
 * sees and changes what its permissions allow, and its limits grow with the organisation.
 */
export const githubLogin = z.object({
  org: z.string().min(1),
  appId: z.union([z.string().min(1), z.number()]).optional(),
  /** PEM, as GitHub hands it out. */
  privateKeyFile: z.string().min(1).optional(),
  /** Found by the organisation's name when it is left out. */
  installationId: z.number().optional(),
  token: z.string().min(1).optional(),
  /** Of GitHub Enterprise Server: `https://ghe.example/api/v3`. */
  baseUrl: z
    .url()
    .refine((url) => !/^[^:]*:\/\/[^/?#]*@/.test(url), 'holds a login, which messages would show; give it as `token`')
    .optional(),
});

type Login = Pick<z.infer<typeof githubLogin>, 'appId' | 'privateKeyFile' | 'token'>;

export const hasWholeApp = ({ appId, privateKeyFile }: Login): boolean =>
  (appId === undefined) === (privateKeyFile === undefined);
export const WHOLE_APP = { message: 'give `appId` and `privateKeyFile` together' };

export const hasOneLogin = ({ appId, token }: Login): boolean => (appId === undefined) !== (token === undefined);
export const ONE_LOGIN = { message: 'give either `appId` with `privateKeyFile`, or `token`' };
