import { z } from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { instantSchema } from './query-values.ts';
import { uuidSchema } from './uuid.ts';

const time = z.iso.datetime();
const count = z.int().min(0);

/** Milliseconds from an alert's receipt to a delivery's success in its first round; null where there was none. */
const delay = {
  delayP50Ms: z.number().nullable(),
  delayP95Ms: z.number().nullable(),
};

const outcomes = {
  delivered: count.meta({ description: 'Deliveries that succeeded.' }),
  failed: count.meta({ description: 'Deliveries that failed for good.' }),
  failedAttempts: count.meta({ description: 'Attempts that failed, whether or not a retry followed.' }),
};

export const statsBucketSchema = z
  .object({
    at: time.meta({ description: 'The start of the bucket.' }),
    accepted: count,
    ...outcomes,
    ...delay,
    open: count.nullable().meta({ description: 'Deliveries not finished, as last sampled in the bucket.' }),
    oldestOpenSeconds: z.number().nullable().meta({
      description: 'Age of the oldest alert with an unfinished delivery, as last sampled in the bucket.',
    }),
  })
  .meta({ id: 'StatsBucket' });
export type StatsBucket = z.infer<typeof statsBucketSchema>;

export const destinationStatsSchema = z
  .object({
    destinationId: uuidSchema,
    displayName: z.string(),
    ...outcomes,
    ...delay,
    sparkline: z
      .array(z.object({ delivered: count, failed: count }))
      .meta({ description: 'The whole range in at most 24 equal steps, oldest first.' }),
  })
  .meta({ id: 'DestinationStats' });
export type DestinationStats = z.infer<typeof destinationStatsSchema>;

export const statsSchema = z
  .object({
    since: time,
    until: time,
    bucketSeconds: z.int().positive(),
    totals: z.object({ accepted: count, ...outcomes, ...delay }),
    now: z
      .object({
        waiting: count,
        queued: count,
        delayed: count,
        oldestOpenAt: time.nullable(),
      })
      .meta({ description: 'What is not finished at this moment.' }),
    buckets: z.array(statsBucketSchema),
    destinations: z.array(destinationStatsSchema),
  })
  .meta({ id: 'Stats' });
export type Stats = z.infer<typeof statsSchema>;

export const getStats = defineEndpoint({
  id: 'getStats',
  method: 'get',
  path: '/v1/stats',
  tag: 'Statistics',
  summary: 'Counts and delays over time, overall and per destination',
  description:
    'By default the last 24 hours. The bucket follows from the range: a minute for up to two hours, an hour from two days on, six hours from eight days on. The range is widened to whole buckets, and buckets are an hour at least where it begins more than three days ago. With `destinationId`, everything is about that destination alone: `accepted` counts the alerts that were routed to it.',
  scope: 'alerts:read',
  query: z.object({
    since: instantSchema.optional(),
    until: instantSchema.optional(),
    destinationId: uuidSchema.optional(),
  }),
  success: { status: 200, schema: statsSchema },
  problems: [],
});
