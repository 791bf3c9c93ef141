import { z } from 'zod';

/** How an enforcer reaches AWS accounts: `{ profile?, region?, endpoint?, accounts?, settleSeconds? }`. */
export const awsConnection = z.object({
  /** Of the AWS configuration files. */
  profile: z.string().min(1).optional(),
  /** Where global services are asked; else what the environment or the profile names. */
  region: z.string().min(1).optional(),
  /** One URL for every service: an emulator, or a proxy. */
  endpoint: z.url().optional(),
  /** Which role acts in which other account: `{ "111122223333": { roleArn: arn:aws:iam::111122223333:role/interlock } }`. */
  accounts: z
    .record(z.string().regex(/^\d{12}$/, 'an AWS account: 12 digits'), z.strictObject({ roleArn: z.string() }))
    .refine(
      (accounts) =>
        Object.entries(accounts).every(([id, { roleArn }]) => new RegExp(`^arn:[\\w-]+:iam::${id}:role/.`).test(roleArn)),
      'each roleArn must be the ARN of a role of that account',
    )
    .optional(),
  /** How long IAM gets to tell a change to all its parts before it counts. */
  settleSeconds: z.number().min(0).max(3600).optional(),
});
