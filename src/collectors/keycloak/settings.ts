import { z } from 'zod';
import { keycloakConnection, ONE_LOGIN } from '../../apis/keycloak/settings.ts';

/** `realms`: which are collected; absent, all that the login may see. */
const live = z.strictObject({ ...keycloakConnection, realms: z.array(z.string().min(1)).min(1).optional() }).refine(...ONE_LOGIN);

export type LiveSettings = z.infer<typeof live>;

export const settings = z
  .strictObject({ files: z.string().min(1).optional(), live: live.optional() })
  .refine(({ files, live: asked }) => (files === undefined) !== (asked === undefined), {
    message: 'give either `files` or `live`',
  });

export type KeycloakSettings = z.infer<typeof settings>;
