import { z } from 'zod';

/** The management API; any node answers for the whole cluster. */
export const rabbitmqApi = z.strictObject({
  /** `https://host:15671`; without a login, which goes into `user` and `password`. */
  url: z.string().min(1),
  user: z.string().min(1),
  password: z.string(),
  /** PEM file of the authority that signed the server's certificate, where the system does not know it. */
  caFile: z.string().min(1).optional(),
});

export type RabbitmqApiSettings = z.infer<typeof rabbitmqApi>;
