import type { DestinationStats } from '@tocsin/contract';
import type { Transaction } from '@tocsin/store';
import { DAY } from './granularities.ts';
import { floorTo, type Piece, piecesOf, type StatsRange, stepsOf } from './stats-range.ts';
import { type CountsRow, SUMS, toCounts } from './summed-counts.ts';

type Sparkline = DestinationStats['sparkline'];

/** Destinations' own rows, piece by piece. The numbers are ours, so they may stand in the text. */
const rowsOf = (pieces: Piece[], destinationId: string | null) =>
  pieces
    .map(
      ({ granularity, from, to }) =>
        `SELECT * FROM stats_buckets WHERE granularity = ${granularity} AND stripe = 0
         AND bucket >= to_timestamp(${from}) AND bucket < to_timestamp(${to})
         ${destinationId === null ? '' : 'AND destination_id = $1'}`,
    )
    .join(' UNION ALL ');

const parametersOf = (destinationId: string | null) => (destinationId === null ? [] : [destinationId]);

/**
 * Destinations that had activity in the range or are not deleted, by display name. Of a wide range, most is read from
 * rows of days and hours: a thousand destinations have a million rows of minutes in a day.
 *
 * @param destinationId this one alone; null for all
 */
export async function readDestinationStats(
  client: Transaction,
  range: StatsRange,
  destinationId: string | null,
): Promise<DestinationStats[]> {
  const sums = await client.query<CountsRow & { id: string }>(
    `SELECT s.destination_id AS id, ${SUMS}
     FROM (${rowsOf(piecesOf(range.since, range.until, DAY), destinationId)}) AS s GROUP BY 1`,
    parametersOf(destinationId),
  );
  const countsOf = new Map(sums.rows.map((row) => [row.id, row]));
  const sparklineOf = await readSparklines(client, range, destinationId);
  const names = await readNames(client, [...countsOf.keys()], destinationId);
  return names.map(({ id, displayName }) => {
    const { accepted: _, ...counts } = toCounts(countsOf.get(id));
    return { destinationId: id, displayName, ...counts, sparkline: sparklineOf(id) };
  });
}

async function readNames(client: Transaction, activeIds: string[], destinationId: string | null) {
  const { rows } = await client.query<{ id: string; displayName: string }>(
    `SELECT coalesce(d.id, a.id) AS id, coalesce(d.display_name, a.id::text) AS "displayName"
     FROM destinations d FULL JOIN unnest($1::uuid[]) AS a(id) ON a.id = d.id
     WHERE (a.id IS NOT NULL OR d.deleted_at IS NULL) AND ($2::uuid IS NULL OR coalesce(d.id, a.id) = $2)
     ORDER BY lower(coalesce(d.display_name, a.id::text)), 1`,
    [activeIds, destinationId],
  );
  return rows;
}

/** @returns a function that gives a destination's sparkline, zeros where it had nothing */
async function readSparklines(
  client: Transaction,
  { since, until, stepSeconds, stepRowSeconds }: StatsRange,
  destinationId: string | null,
): Promise<(destinationId: string) => Sparkline> {
  const step = `date_bin(${stepSeconds} * interval '1 second', s.bucket, timestamptz 'epoch')`;
  const { rows } = await client.query<{ id: string; at: number; delivered: number; failed: number }>(
    `SELECT s.destination_id AS id, extract(epoch FROM ${step})::double precision AS at,
       sum(s.delivered) AS delivered, sum(s.failed) AS failed
     FROM (${rowsOf(piecesOf(since, until, stepRowSeconds), destinationId)}) AS s
     WHERE s.delivered > 0 OR s.failed > 0
     GROUP BY s.destination_id, ${step}`,
    parametersOf(destinationId),
  );
  const first = floorTo(since, stepSeconds);
  const none = (): Sparkline =>
    Array.from({ length: stepsOf(since, until, stepSeconds) }, () => ({ delivered: 0, failed: 0 }));
  const byDestination = new Map<string, Sparkline>();
  for (const { id, at, delivered, failed } of rows) {
    const sparkline = byDestination.get(id) ?? none();
    sparkline[(at - first) / stepSeconds] = { delivered, failed };
    byDestination.set(id, sparkline);
  }
  return (id) => byDestination.get(id) ?? none();
}
