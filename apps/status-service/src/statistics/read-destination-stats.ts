import type { DestinationStats } from '@tocsin/contract';
import type { Transaction } from '@tocsin/store';
import { DAY } from './granularities.ts';
import { floorTo, type Piece, piecesOf, type StatsRange, stepsOf } from './stats-range.ts';
import { type CountsRow, SUMS, toCounts } from './summed-counts.ts';

type Sparkline = DestinationStats['sparkline'];

/** Destinations' own rows, piece by piece. No number comes from a caller, so the SQL may hold them. */
const rowsOf = (pieces: Piece[], ofSome: boolean) =>
  pieces
    .map(
      ({ granularity, from, to }) =>
        `SELECT * FROM stats_buckets WHERE granularity = ${granularity} AND stripe = 0
         AND bucket >= to_timestamp(${from}) AND bucket < to_timestamp(${to})
         ${ofSome ? 'AND destination_id = ANY($1::uuid[])' : ''}`,
    )
    .join(' UNION ALL ');

export interface DestinationStatsChoice {
  /** These, as far as they are known; null for any. */
  ids: string[] | null;
  /** Of them, so many at most: those with the most trouble. */
  limit: number;
}

/**
 * Destinations that had activity in the range or are not deleted: those first that failed most, then those with most
 * failed attempts, then the busiest. Of a wide range, most is read from rows of days and hours: a thousand destinations
 * have a million rows of minutes in a day. Delays and steps are read of the chosen ones alone.
 */
export async function readDestinationStats(
  client: Transaction,
  range: StatsRange,
  choice: DestinationStatsChoice,
): Promise<DestinationStats[]> {
  const pieces = piecesOf(range.since, range.until, DAY);
  const candidates = await chooseDestinations(client, range, choice);
  const ids = candidates.map(({ id }) => id);
  const sums = await client.query<CountsRow & { id: string }>(
    `SELECT s.destination_id AS id, ${SUMS} FROM (${rowsOf(pieces, true)}) AS s GROUP BY 1`,
    [ids],
  );
  const countsOf = new Map(sums.rows.map((row) => [row.id, row]));
  const sparklineOf = await readSparklines(client, range, ids);
  return candidates
    .filter(({ id, isThere }) => isThere || countsOf.has(id))
    .map(({ id, displayName }) => {
      const { accepted: _, ...counts } = toCounts(countsOf.get(id));
      return { destinationId: id, displayName, ...counts, sparkline: sparklineOf(id) };
    })
    .sort(byTrouble);
}

/** Of equal trouble, they stay in their order. */
function byTrouble(a: DestinationStats, b: DestinationStats): number {
  return b.failed - a.failed || b.failedAttempts - a.failedAttempts || b.succeeded - a.succeeded;
}

/**
 * Chooses by the whole rows that the range touches, as wide as those of a sparkline: of ten thousand destinations that are
 * always busy, the minutes at the ends of a day would be three quarters of what is read.
 */
async function chooseDestinations(
  client: Transaction,
  { since, until, stepRowSeconds }: StatsRange,
  { ids, limit }: DestinationStatsChoice,
) {
  const [from, to] = [floorTo(since, stepRowSeconds), floorTo(until + stepRowSeconds - 1, stepRowSeconds)];
  const rowsOfAll = rowsOf(piecesOf(from, to, DAY), ids !== null);
  const { rows } = await client.query<{ id: string; displayName: string; isThere: boolean }>(
    `SELECT coalesce(d.id, a.id) AS id, coalesce(d.display_name, a.id::text) AS "displayName",
       d.id IS NOT NULL AND d.deleted_at IS NULL AS "isThere"
     FROM destinations d FULL JOIN (
       SELECT s.destination_id AS id, sum(s.failed) AS failed, sum(s.failed_attempts) AS failed_attempts,
         sum(s.succeeded) AS succeeded
       FROM (${rowsOfAll}) AS s GROUP BY 1
     ) AS a ON a.id = d.id
     WHERE (a.id IS NOT NULL OR d.deleted_at IS NULL) AND ($1::uuid[] IS NULL OR coalesce(d.id, a.id) = ANY($1))
     ORDER BY coalesce(a.failed, 0) DESC, coalesce(a.failed_attempts, 0) DESC, coalesce(a.succeeded, 0) DESC,
       lower(coalesce(d.display_name, a.id::text)), 1
     LIMIT $2`,
    [ids, limit],
  );
  return rows;
}

/** @returns a function that gives a destination's sparkline, zeros where it had nothing */
async function readSparklines(
  client: Transaction,
  { since, until, stepSeconds, stepRowSeconds }: StatsRange,
  ids: string[],
): Promise<(destinationId: string) => Sparkline> {
  const step = `date_bin(${stepSeconds} * interval '1 second', s.bucket, timestamptz 'epoch')`;
  const { rows } = await client.query<{ id: string; at: number; succeeded: number; failed: number }>(
    `SELECT s.destination_id AS id, extract(epoch FROM ${step})::double precision AS at,
       sum(s.succeeded) AS succeeded, sum(s.failed) AS failed
     FROM (${rowsOf(piecesOf(since, until, stepRowSeconds), true)}) AS s
     WHERE s.succeeded > 0 OR s.failed > 0
     GROUP BY s.destination_id, ${step}`,
    [ids],
  );
  const first = floorTo(since, stepSeconds);
  const none = (): Sparkline =>
    Array.from({ length: stepsOf(since, until, stepSeconds) }, () => ({ succeeded: 0, failed: 0 }));
  const byDestination = new Map<string, Sparkline>();
  for (const { id, at, succeeded, failed } of rows) {
    const sparkline = byDestination.get(id) ?? none();
    sparkline[(at - first) / stepSeconds] = { succeeded, failed };
    byDestination.set(id, sparkline);
  }
  return (id) => byDestination.get(id) ?? none();
}
