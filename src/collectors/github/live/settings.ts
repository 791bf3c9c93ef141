import { z } from 'zod';
import { urlWithoutLogin } from '../../files/shape.ts';

/**
 * How GitHub is asked. As a GitHub App that is installed in the organisation (`appId`, `privateKeyFile`), or with a token; the app
 * sees what its permissions show, and its limits grow with the organisation.
 */
export const liveSettings = z
  .strictObject({
    org: z.string().min(1),
    appId: z.union([z.string().min(1), z.number()]).optional(),
    /** PEM, as GitHub hands it out. */
    privateKeyFile: z.string().min(1).optional(),
    /** Found by the organisation's name when it is left out. */
    installationId: z.number().optional(),
    token: z.string().min(1).optional(),
    /** Of GitHub Enterprise Server: `https://ghe.example/api/v3`. */
    baseUrl: urlWithoutLogin('`token`').optional(),
    /** A folder of the source's own, in which answers are kept until a collection is whole: one that was ended goes on from there. */
    spool: z.string().min(1).optional(),
    /** Calls under way at once; GitHub allows 100. */
    concurrency: z.number().int().min(1).max(50).optional(),
  })
  .refine(({ appId, privateKeyFile }) => (appId === undefined) === (privateKeyFile === undefined), {
    message: 'give `appId` and `privateKeyFile` together',
  })
  .refine(({ appId, token }) => (appId === undefined) !== (token === undefined), {
    message: 'give either `appId` with `privateKeyFile`, or `token`',
  });
export type LiveSettings = z.infer<typeof liveSettings>;
