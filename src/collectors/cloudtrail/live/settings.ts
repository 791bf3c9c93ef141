import { z } from 'zod';

/** `live` of a `cloudtrail` source: how the log is fetched into `spool`, a folder of the source's own, which is then read like any other. */
export const liveSettings = z
  .strictObject({
    profile: z.string().min(1).optional(),
    endpoint: z.url().optional(),
    /** Where events are looked up; the queue and the bucket are in the first. */
    regions: z
      .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'expected a region such as eu-west-1'))
      .min(1)
      .optional(),
    spool: z.string().min(1),
    /** Fetched files are removed from the spool after so many days. */
    keepDays: z.int().min(1).default(90),
    /** URL of an SQS queue that is told of new log files: by S3, by EventBridge, or by SNS. */
    queue: z.url().optional(),
    /** A bucket with log files, for want of a queue. */
    bucket: z.string().min(3).optional(),
    prefix: z.string().optional(),
    /** CloudTrail's own event history: management events of so many days. */
    lookupDays: z.int().min(1).max(90).optional(),
  })
  .refine(({ queue, bucket, lookupDays }) => [queue, bucket, lookupDays].filter((one) => one !== undefined).length === 1, {
    message: 'give one of `queue`, `bucket` and `lookupDays`',
  })
  .refine(({ prefix, bucket }) => prefix === undefined || bucket !== undefined, { message: '`prefix` needs `bucket`' });

export type LiveSettings = z.infer<typeof liveSettings>;
