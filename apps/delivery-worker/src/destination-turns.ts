import { createBatcher } from '@tocsin/batcher';
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

/** The rate is kept this much below its limit, since an attempt may begin a moment after its turn. */
const MARGIN = 1.02;

/**
 * Takes the next turns of a destination: as many as are wanted and lie in the time ahead. They are evenly spaced by the
 * database's clock, so that any ten seconds have as many as the limit allows. After the limit was raised, none waits for
 * turns that were spaced by the old one.
 */
const TAKE = `
INSERT INTO destination_turns AS t (destination_id, taken_from, taken, next_at)
SELECT $1, now(), first.taken, now() + first.taken * $3 * interval '1 millisecond'
FROM (SELECT least($2, floor(${AHEAD_MS} / $3::double precision) + 1)::integer AS taken) AS first
ON CONFLICT (destination_id) DO UPDATE SET (taken_from, taken, next_at) = (
  SELECT start.at, room.taken, start.at + room.taken * $3 * interval '1 millisecond'
  FROM (
    SELECT least(greatest(t.next_at, now()), now() + (${AHEAD_MS} + $3) * interval '1 millisecond') AS at
  ) AS start
  CROSS JOIN LATERAL (
    SELECT least($2, greatest(0, floor((${AHEAD_MS} - ${msUntil('start.at')}) / $3::double precision) + 1))::integer AS taken
  ) AS room
)
RETURNING ${msUntil('taken_from')} AS "fromMs", taken`;

function msUntil(time: string): string {
  return `(extract(epoch FROM ${time} - now()) * 1000)::double precision`;
}

interface Asked {
  destinationId: string;
  intervalMs: number;
}

/** Keeps turns in Postgres: the one clock and store that every worker has, whatever the queues are on. */
export function createDestinationTurns({ pool }: Pick<Database, 'pool'>): DestinationTurns {
  const batcher = createBatcher<Asked, Turn>({ batchSizeMax: 1_000, run: takeAll });

  async function takeAll(asked: Asked[]): Promise<Turn[]> {
    const turns = new Map<Asked, Turn>();
    for (const [destinationId, some] of Map.groupBy(asked, (one) => one.destinationId)) {
      const { intervalMs } = some[0] as Asked;
      const { rows } = await pool.query<{ fromMs: number; taken: number }>(TAKE, [
        destinationId,
        some.length,
        intervalMs,
      ]);
      const { fromMs, taken } = rows[0] as { fromMs: number; taken: number };
      for (const [place, one] of some.entries())
        turns.set(one, turnOf(fromMs + place * intervalMs, place < taken));
    }
    return asked.map((one) => turns.get(one) as Turn);
  }

  return {
    take: (destinationId, ratePerSecond) =>
      batcher.add({ destinationId, intervalMs: (1_000 / ratePerSecond) * MARGIN }),
    close: () => batcher.close(),
  };
}

/** One that is not taken is asked for again when it is near enough to be taken. */
function turnOf(inMs: number, isTaken: boolean): Turn {
  if (isTaken) return { kind: 'taken', waitMs: Math.max(0, inMs) };
  return { kind: 'later', afterMs: Math.max(AHEAD_MS / 10, inMs - AHEAD_MS / 2) };
}
