import { z } from 'zod';
import { githubLogin, hasOneLogin, hasWholeApp, ONE_LOGIN, WHOLE_APP } from '../../../apis/github/settings.ts';

/** `live` of a `github` source. */
export const liveSettings = z
  .strictObject({
    ...githubLogin.shape,
    /** A folder of the source's own, in which answers are kept until a collection is whole: one that was ended goes on from there. */
    spool: z.string().min(1).optional(),
    /** Calls under way at once; GitHub allows 100. */
    concurrency: z.number().int().min(1).max(50).optional(),
  })
  .refine(hasWholeApp, WHOLE_APP)
  .refine(hasOneLogin, ONE_LOGIN);
export type LiveSettings = z.infer<typeof liveSettings>;
