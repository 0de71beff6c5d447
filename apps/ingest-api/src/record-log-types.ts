import { createBatcher } from '@tocsin/batcher';
import { isPlainText } from '@tocsin/contract';
import { createFailureLog } from '@tocsin/outage';
import { type Database, isDatabaseUnavailable, isStorableText } from '@tocsin/store';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';

export interface LogTypeRecorder {
  /**
   * Notes which log types accepted alerts had. Returns at once and never fails: the list only helps people who fill in a
   * form.
   *
   * @param day the alerts' receipt day
   */
  note(day: string, logTypes: Iterable<string>): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** How many are kept, give or take a batch. Endless invented names must not fill the database. */
export const LOG_TYPES_MAX = 10_000;

/** Longer ones do not fit into an index. */
const BYTES_MAX = 1_000;

const BATCH = 1_000;

/** While the database is slow, at most this many wait; others come again with the next alert. */
const PENDING_MAX = 2_000;

/** Known ones get the new day; of the others, as many are added as there is room for. */
const UPSERT = `
INSERT INTO log_types (log_type, last_seen_day)
SELECT u.log_type, u.day FROM unnest($1::text[], $2::date[]) WITH ORDINALITY AS u(log_type, day, n)
WHERE u.n <= $3 - (SELECT count(*) FROM log_types) OR EXISTS (SELECT FROM log_types k WHERE k.log_type = u.log_type)
ORDER BY u.log_type
ON CONFLICT (log_type) DO UPDATE SET last_seen_day = excluded.last_seen_day
WHERE log_types.last_seen_day < excluded.last_seen_day`;

interface Sighting {
  logType: string;
  day: string;
}

/** Keeps the list of log types, and in memory what it has stored today: steady traffic costs no statement. */
export function createLogTypeRecorder({
  database,
  log,
}: {
  database: Database;
  log: Logger;
}): LogTypeRecorder {
  const noted = new LRUCache<string, string>({ max: LOG_TYPES_MAX });
  const failures = createFailureLog({
    failing: { event: 'log_type.record_failed', message: 'could not record log types' },
    working: { event: 'log_type.record_resumed', message: 'log types are recorded again' },
    isKnown: isDatabaseUnavailable,
    log,
  });

  async function run(sightings: Sighting[]): Promise<undefined[]> {
    const days = new Map(sightings.map(({ logType, day }) => [logType, day]));
    try {
      await database.pool.query(UPSERT, [[...days.keys()], [...days.values()], LOG_TYPES_MAX]);
      failures.succeeded();
    } catch (error) {
      drop(sightings);
      failures.failed(error);
    }
    return sightings.map(() => undefined);
  }

  function drop(sightings: Sighting[]): void {
    for (const { logType } of sightings) noted.delete(logType);
  }

  const batcher = createBatcher<Sighting, undefined>({ batchSizeMax: BATCH, pendingMax: PENDING_MAX, run });
  return {
    note(day, logTypes) {
      for (const logType of logTypes) {
        if (noted.get(logType) === day || !isListable(logType)) continue;
        noted.set(logType, day);
        const sighting = { logType, day };
        batcher.add(sighting).catch(() => drop([sighting]));
      }
    },
    close: () => batcher.close(),
  };
}

/** Whether a destination could filter by it, and it can be kept. */
function isListable(logType: string): boolean {
  return (
    logType !== '' &&
    isPlainText(logType) &&
    isStorableText(logType) &&
    Buffer.byteLength(logType) <= BYTES_MAX
  );
}
