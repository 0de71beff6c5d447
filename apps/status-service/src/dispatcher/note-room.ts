import type { Producer } from '@tocsin/queues';
import type { Database } from '@tocsin/store';
import type { Logger } from 'pino';

/** Whether the queues take more. */
export type RoomQueues = Pick<Producer, 'hasRoom' | 'room'>;

/** One dispatcher at a time notes it, and nobody else. */
const NOTE = `
UPDATE queue_room AS room SET lack = $1, since = now()
FROM (SELECT lack, extract(epoch FROM now() - since)::float8 * 1000 AS "lastedMs" FROM queue_room) AS before
WHERE room.lack IS DISTINCT FROM $1
RETURNING before.lack, before."lastedMs"`;

/**
 * Notes whether the queues have room, for all who show what a delivery waits for. Logs when they become full, and when
 * they are no longer; that they are unavailable is said by the outage.
 *
 * @returns whether they have room
 */
export async function noteRoom(database: Database, queues: RoomQueues, log: Logger): Promise<boolean> {
  const room = await queues.room();
  const lack = room === 'ok' ? null : room;
  const { rows } = await database.pool.query<{ lack: string | null; lastedMs: number }>(NOTE, [lack]);
  const [before] = rows;
  if (before === undefined) return lack === null;
  if (lack === 'full')
    log.warn(
      { event: 'queues.full' },
      'Redis is above 80 % of its maxmemory: nothing more is enqueued, and what is due waits in Postgres',
    );
  else if (before.lack === 'full')
    log.info(
      { event: 'queues.no_longer_full', fullMs: Math.round(before.lastedMs) },
      'Redis is below 80 % of its maxmemory again',
    );
  return lack === null;
}
