import { z } from 'zod';
import { documented } from './documented.ts';
import { defineEndpoint } from './endpoint.ts';
import { LIMITS } from './limits.ts';
import { commaList, instantSchema, pageLimit } from './query-values.ts';
import { time, timeOrNull } from './time.ts';
import { uuidSchema } from './uuid.ts';

const count = z.int().min(0);
const accepted = documented(count, 'Alerts that were accepted.', 402);

const DESTINATION_ID = '0199f0a4-6b1e-7c3d-8e5f-0123456789ab';

/** Milliseconds from an alert's receipt to a delivery's success in its first round; null where there was none. */
const delay = {
  delayP50Ms: documented(
    z.number().nullable(),
    'Half of the alerts took no longer from receipt to delivery in their first round; null where none succeeded.',
    84.1,
  ),
  delayP95Ms: documented(z.number().nullable(), 'The same for 95 of 100.', 310.5),
};

const outcomes = {
  succeeded: documented(count, 'Rounds that succeeded: a delivery’s first, or a resend.', 1_204),
  failed: documented(
    count,
    'Rounds that failed: a delivery that is resent and fails counts again, and one that then succeeds stays counted.',
    2,
  ),
  failedAttempts: documented(count, 'Attempts that failed, whether or not a retry followed.', 31),
};

export const statsBucketSchema = z
  .object({
    at: time('The start of the bucket.'),
    accepted,
    ...outcomes,
    ...delay,
    open: documented(count.nullable(), 'Deliveries not finished, as last sampled in the bucket.', 3),
    oldestOpenSeconds: documented(
      z.number().nullable(),
      'Age of the oldest alert with an unfinished delivery, as last sampled in the bucket.',
      1.5,
    ),
  })
  .meta({ id: 'StatsBucket', description: 'What happened in one stretch of time.' });
export type StatsBucket = z.infer<typeof statsBucketSchema>;

export const destinationStatsSchema = z
  .object({
    destinationId: documented(uuidSchema, 'The destination.', DESTINATION_ID),
    displayName: documented(z.string(), 'Its display name.', 'On-call pager'),
    ...outcomes,
    ...delay,
    sparkline: documented(
      z.array(z.object({ succeeded: outcomes.succeeded, failed: outcomes.failed })),
      'The whole range in at most 24 equal steps, oldest first.',
    ),
  })
  .meta({ id: 'DestinationStats', description: 'What happened at one destination.' });
export type DestinationStats = z.infer<typeof destinationStatsSchema>;

export const statsSchema = z
  .object({
    since: time('Where the range begins, widened to whole buckets.'),
    until: time('Where it ends.'),
    bucketSeconds: documented(z.int().positive(), 'How long a bucket is.', 300),
    totals: documented(z.object({ accepted, ...outcomes, ...delay }), 'The whole range taken together.'),
    now: documented(
      z.object({
        waiting: documented(count, 'Deliveries not handed to the queue yet.', 0),
        queued: documented(count, 'Deliveries in the queue or in flight.', 3),
        delayed: documented(count, 'Deliveries that wait for their retry.', 1),
        oldestOpenAt: timeOrNull(
          'When the oldest alert with an unfinished delivery came; null where there is none.',
        ),
      }),
      'What is not finished at this moment.',
    ),
    buckets: documented(z.array(statsBucketSchema), 'The range cut into stretches, oldest first.'),
    destinations: documented(
      z.array(destinationStatsSchema),
      'The same by destination, of those that exist or had something to do, at most `limit` of them: first those with most failed deliveries, then most failed attempts, then most succeeded deliveries.',
    ),
  })
  .meta({ id: 'Stats', description: 'Counts and delays over a range of time.' });
export type Stats = z.infer<typeof statsSchema>;

export const getStats = defineEndpoint({
  id: 'getStats',
  method: 'get',
  path: '/v1/stats',
  tag: 'Statistics',
  summary: 'Counts and delays over time, overall and per destination',
  description:
    'By default the last 24 hours. The bucket follows from the range: a minute for up to two hours, an hour from two days on, six hours from eight days on. The range is widened to whole buckets, and buckets are an hour at least where it begins more than three days ago. The destinations are those with the most trouble, 50 of them where nothing else is asked for, or those named by `destinations`. With `destinationId`, everything is about that destination alone: `accepted` counts the alerts that were routed to it.',
  scope: 'alerts:read',
  query: z.object({
    since: documented(instantSchema.optional(), 'Where the range begins.', '2026-07-01T00:00:00Z'),
    until: documented(instantSchema.optional(), 'Where it ends.', '2026-07-02T00:00:00Z'),
    destinationId: documented(uuidSchema.optional(), 'Only this destination.', DESTINATION_ID),
    destinations: commaList(uuidSchema, {
      max: LIMITS.statsDestinationsNamedMax,
      description: `The destinations to tell of one by one, at most ${LIMITS.statsDestinationsNamedMax}; what is counted of all together stays. Without effect beside \`destinationId\`.`,
      example: DESTINATION_ID,
    }),
    limit: documented(
      pageLimit(LIMITS.pageItemsMax, LIMITS.pageItemsDefault),
      'How many destinations are listed one by one, at most.',
      50,
    ),
  }),
  success: { status: 200, schema: statsSchema },
  problems: [],
});
