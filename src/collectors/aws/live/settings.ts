import { z } from 'zod';

/** `live` of an `aws` source. Credentials come from the SDK's standard chain: environment, profile, web identity, container, instance. */
export const liveSettings = z
  .strictObject({
    /** Of the AWS configuration files. */
    profile: z.string().min(1).optional(),
    /** Where regional services are asked; all that are switched on in an account, unless told. */
    regions: z
      .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'expected a region such as eu-west-1'))
      .min(1)
      .optional(),
    /** Reads the organization too, and enters its active accounts by `role`. */
    organization: z.boolean().optional(),
    /** Enters these accounts by `role`, instead of all of the organization. */
    accounts: z
      .array(z.string().regex(/^\d{12}$/, 'expected an account id of twelve digits'))
      .min(1)
      .optional(),
    /** Assumed in every account but the own: a name with its path, or an ARN with `*` for the account. */
    role: z.string().min(1).optional(),
    /** An AWS Config aggregator of the own account; what it has recorded of other accounts is read there. */
    aggregator: z.string().min(1).optional(),
    /** One URL for all services: an emulator or a proxy. */
    endpoint: z.url().optional(),
  })
  .refine(({ accounts, role }) => !accounts || role !== undefined, {
    path: ['role'],
    message: 'is needed to enter `accounts`; name a role that exists in each of them',
  });

export type LiveSettings = z.infer<typeof liveSettings>;
