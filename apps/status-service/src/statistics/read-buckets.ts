import type { Stats, StatsBucket } from '@tocsin/contract';
import type { Transaction } from '@tocsin/store';
import { addHistogram, emptyHistogram } from './delay-histogram.ts';
import { EVERYTHING, STRIPES } from './granularities.ts';
import { type StatsRange, timeOf } from './stats-range.ts';
import { type CountsRow, histogramOf, percentilesOf, SUMS, toCounts } from './summed-counts.ts';

/**
 * The buckets of a range, those without activity too, and their sum.
 *
 * @param destinationId of this one alone; null for all together
 */
export async function readBuckets(
  client: Transaction,
  range: StatsRange,
  destinationId: string | null,
): Promise<Pick<Stats, 'buckets' | 'totals'>> {
  const { since, until, bucketSeconds, rowSeconds } = range;
  const bucket = `date_bin(${bucketSeconds} * interval '1 second', s.bucket, timestamptz 'epoch')`;
  const { rows } = await client.query<CountsRow & { at: number }>(
    `SELECT extract(epoch FROM ${bucket})::double precision AS at, ${SUMS}
     FROM stats_buckets s
     WHERE s.granularity = ${rowSeconds} AND s.destination_id = $1 AND s.stripe = ANY($2::smallint[])
       AND s.bucket >= to_timestamp(${since}) AND s.bucket < to_timestamp(${until})
     GROUP BY ${bucket}`,
    destinationId === null
      ? [EVERYTHING, Array.from({ length: STRIPES }, (_, index) => index + 1)]
      : [destinationId, [0]],
  );
  const counts = new Map(rows.map((row) => [row.at, row]));
  const samples = await readSamples(client, range, destinationId ?? EVERYTHING);
  const buckets: StatsBucket[] = [];
  for (let at = since; at < until; at += bucketSeconds) {
    const { open = null, oldestOpenSeconds = null } = samples.get(at) ?? {};
    buckets.push({ at: timeOf(at), ...toCounts(counts.get(at)), open, oldestOpenSeconds });
  }
  return { buckets, totals: totalsOf(rows) };
}

function totalsOf(rows: CountsRow[]): Stats['totals'] {
  const sum = { accepted: 0, succeeded: 0, failed: 0, failedAttempts: 0 };
  const histogram = emptyHistogram();
  for (const row of rows) {
    sum.accepted += row.accepted;
    sum.succeeded += row.succeeded;
    sum.failed += row.failed;
    sum.failedAttempts += row.failedAttempts;
    addHistogram(histogram, histogramOf(row.delays));
  }
  return { ...sum, ...percentilesOf(histogram) };
}

interface Sample {
  open: number;
  oldestOpenSeconds: number | null;
}

/** The last sample of each bucket, each found by the index; a destination without a row had nothing open then. */
async function readSamples(
  client: Transaction,
  range: StatsRange,
  ownerId: string,
): Promise<Map<number, Sample>> {
  const { rows } = await client.query<Sample & { at: number }>(
    `SELECT b.at, coalesce(own.open, 0) AS open, own.oldest_open_seconds AS "oldestOpenSeconds"
     FROM generate_series($1::bigint, $2::bigint - 1, $3::bigint) AS b(at)
     CROSS JOIN LATERAL (
       SELECT minute FROM stats_samples
       WHERE destination_id = '${EVERYTHING}' AND minute >= to_timestamp(b.at) AND minute < to_timestamp(b.at + $3)
       ORDER BY minute DESC LIMIT 1
     ) AS taken
     LEFT JOIN stats_samples own ON own.destination_id = $4 AND own.minute = taken.minute`,
    [range.since, range.until, range.bucketSeconds, ownerId],
  );
  return new Map(rows.map(({ at, ...sample }) => [at, sample]));
}
