import type { Database } from '@tocsin/store';
import { oneAtATime } from '../loop/one-at-a-time.ts';
import { EVERYTHING } from './granularities.ts';
import { readOpenDeliveries } from './open-deliveries.ts';

/** This minute, by the database's clock. */
const MINUTE = `date_bin(interval '1 minute', now(), timestamptz 'epoch')`;

/** The receipt of a destination's oldest delivery in a state, found by the index of its own. */
const OLDEST_OF = (status: 'pending' | 'retrying') =>
  `(SELECT d.received_at FROM deliveries d WHERE d.destination_id = h.destination_id AND d.status = '${status}'
    ORDER BY d.received_at LIMIT 1)`;

/**
 * Notes how many deliveries are open, and the age of the oldest, for all together and for each destination that has
 * any, once in each minute, however many processes ask for it and however often.
 *
 * @returns whether this call did it
 */
export async function takeSample(database: Database): Promise<boolean> {
  const isTaken = await oneAtATime(database, 'tocsin statistics', async (client) => {
    const { rowCount } = await client.query(
      `SELECT FROM stats_samples WHERE destination_id = '${EVERYTHING}' AND minute = ${MINUTE}`,
    );
    if (rowCount !== 0) return false;
    const open = await readOpenDeliveries(client, null);
    await client.query(
      `INSERT INTO stats_samples (destination_id, minute, open, oldest_open_seconds)
       VALUES ('${EVERYTHING}', ${MINUTE}, $1, extract(epoch FROM now() - $2::timestamptz))`,
      [open.waiting + open.queued + open.delayed, open.oldestReceivedAt],
    );
    await client.query(
      `INSERT INTO stats_samples (destination_id, minute, open, oldest_open_seconds)
       SELECT h.destination_id, ${MINUTE}, h.waiting + h.queued + h.delayed,
         extract(epoch FROM now() - least(${OLDEST_OF('pending')}, ${OLDEST_OF('retrying')}))
       FROM destination_health h WHERE h.waiting + h.queued + h.delayed > 0`,
    );
    return true;
  });
  return isTaken === true;
}
