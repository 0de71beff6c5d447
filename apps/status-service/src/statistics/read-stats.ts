import type { getStats, RequestOf, Stats } from '@tocsin/contract';
import { type Database, inTransaction } from '@tocsin/store';
import { readOpenDeliveries } from './open-deliveries.ts';
import { readBuckets } from './read-buckets.ts';
import { readDestinationStats } from './read-destination-stats.ts';
import { planRange, timeOf } from './stats-range.ts';

export interface StatsReader {
  /** @throws ProblemError `invalid_request` for a range that cannot be read */
  read(query: RequestOf<typeof getStats>['query']): Promise<Stats>;
}

/** Reads counts that the commits kept: no alert and no delivery is looked at, but for the oldest open one. */
export function createStatsReader(database: Database): StatsReader {
  return {
    read: ({ destinationId = null, destinations = null, limit, ...asked }) =>
      inTransaction(database, async (client) => {
        // One snapshot, so that sums agree with their parts.
        await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        const { rows } = await client.query<{ nowMs: number }>(
          `SELECT (extract(epoch FROM now()) * 1000)::double precision AS "nowMs"`,
        );
        const range = planRange(asked, (rows[0] as { nowMs: number }).nowMs);
        const { buckets, totals } = await readBuckets(client, range, destinationId);
        const { oldestReceivedAt, ...open } = await readOpenDeliveries(client, destinationId);
        return {
          since: timeOf(range.since),
          until: timeOf(range.until),
          bucketSeconds: range.bucketSeconds,
          totals,
          now: { ...open, oldestOpenAt: oldestReceivedAt?.toISOString() ?? null },
          buckets,
          destinations: await readDestinationStats(client, range, {
            ids: destinationId === null ? destinations : [destinationId],
            limit,
          }),
        };
      }),
  };
}
