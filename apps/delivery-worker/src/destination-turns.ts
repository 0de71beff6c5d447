import { createBatcher } from '@tocsin/batcher';
import { RATE_LIMIT_MIN } from '@tocsin/contract';
import type { Database } from '@tocsin/store';

/** When a destination with a rate limit may have its next attempt. */
export type Turn =
  /** In so many milliseconds; the turn is taken. */
  | { kind: 'taken'; waitMs: number }
  /** There is none soon; to be asked for again in so many milliseconds. */
  | { kind: 'later'; afterMs: number };

/** The rate limit of destinations, kept across all workers. */
export interface DestinationTurns {
  take(destinationId: string, ratePerSecond: number): Promise<Turn>;
  close(): Promise<void>;
}

/** A turn is taken so long ahead at most; milliseconds. A worker that dies loses no more of the rate than that. */
const AHEAD_MS = 1_000;

/** A turn that is far off is asked for again after so long; milliseconds. */
const LATER_MS_MAX = 5_000;

/** The rate is kept this much below its limit, since an attempt may begin a moment after its turn. */
const MARGIN = 1.02;

/** A stored limit is taken for one this low at least: its turns are so far apart at most; milliseconds. */
const INTERVAL_MS_MAX = 1_000 / RATE_LIMIT_MIN;

/**
 * Takes the next turns of destinations: of each as many as are wanted and lie in the time ahead. They are evenly spaced by
 * the database's clock, so that any ten seconds have as many as the limit allows. After the limit was raised, none waits
 * for turns that were spaced by the old one. In the order of their ids, so that no two workers wait for each other.
 */
const TAKE = `
INSERT INTO destination_turns AS t (destination_id, taken_from, taken, next_at)
SELECT asked.id, now(), first.taken, now() + first.taken * asked.ms * interval '1 millisecond'
FROM unnest($1::uuid[], $2::integer[], $3::double precision[]) AS asked(id, wanted, ms)
CROSS JOIN LATERAL (
  SELECT least(asked.wanted, floor(${AHEAD_MS} / asked.ms) + 1)::integer AS taken
) AS first
ORDER BY asked.id
ON CONFLICT (destination_id) DO UPDATE SET (taken_from, taken, next_at) = (
  SELECT start.at, room.taken, start.at + room.taken * apart.ms * interval '1 millisecond'
  FROM (
    SELECT ${msBetween('EXCLUDED.taken_from', 'EXCLUDED.next_at')} / EXCLUDED.taken AS ms
  ) AS apart
  CROSS JOIN LATERAL (
    SELECT least(greatest(t.next_at, now()), now() + (${AHEAD_MS} + apart.ms) * interval '1 millisecond') AS at
  ) AS start
  CROSS JOIN LATERAL (
    SELECT least(EXCLUDED.taken, greatest(0, floor((${AHEAD_MS} - ${msBetween('now()', 'start.at')}) / apart.ms) + 1))::integer
      AS taken
  ) AS room
)
RETURNING destination_id AS "destinationId", ${msBetween('now()', 'taken_from')} AS "fromMs", taken`;

function msBetween(from: string, to: string): string {
  return `(extract(epoch FROM ${to} - ${from}) * 1000)::double precision`;
}

interface Asked {
  destinationId: string;
  intervalMs: number;
}

/** Keeps turns in Postgres: the one clock and store that every worker has, whatever the queues are on. */
export function createDestinationTurns({
  pool,
  outage,
}: Pick<Database, 'pool' | 'outage'>): DestinationTurns {
  // As many jobs as a worker has by default, with those that only wait: all that ask at once share a run.
  const batcher = createBatcher<Asked, Turn>({
    batchSizeMax: 1_000,
    run: (asked) => outage.answerOf(() => takeAll(asked)),
  });

  async function takeAll(asked: Asked[]): Promise<Turn[]> {
    const groups = [...Map.groupBy(asked, (one) => one.destinationId)];
    const { rows } = await pool.query<{ destinationId: string; fromMs: number; taken: number }>(TAKE, [
      groups.map(([destinationId]) => destinationId),
      groups.map(([, some]) => some.length),
      groups.map(([, [first]]) => (first as Asked).intervalMs),
    ]);
    const next = new Map(rows.map(({ destinationId, fromMs, taken }) => [destinationId, { fromMs, taken }]));
    return asked.map(({ destinationId, intervalMs }) => {
      const turn = next.get(destinationId) as { fromMs: number; taken: number };
      const { fromMs } = turn;
      turn.fromMs += intervalMs;
      turn.taken -= 1;
      return turnOf(fromMs, turn.taken >= 0);
    });
  }

  return {
    take: (destinationId, ratePerSecond) =>
      batcher.add({ destinationId, intervalMs: Math.min(INTERVAL_MS_MAX, 1_000 / ratePerSecond) * MARGIN }),
    close: () => batcher.close(),
  };
}

/**
 * One that is not taken is asked for again when it is near enough to be taken, or when its limit may have been raised. Near
 * is half a second before it: so it is not missed where the queue returns the job as much later, and still near enough
 * where others have taken as much before.
 */
function turnOf(inMs: number, isTaken: boolean): Turn {
  if (isTaken) return { kind: 'taken', waitMs: Math.max(0, inMs) };
  return { kind: 'later', afterMs: Math.min(LATER_MS_MAX, Math.max(AHEAD_MS / 10, inMs - AHEAD_MS / 2)) };
}
