import { type Database, inTransaction } from '@tocsin/store';
import { readOpenDeliveries } from './open-deliveries.ts';

/** This minute, by the database's clock. */
const MINUTE = `date_bin(interval '1 minute', now(), timestamptz 'epoch')`;

/**
 * Notes how many deliveries are open, and the age of the oldest, once in each minute, however many processes ask for it
 * and however often.
 *
 * @returns whether this call did it
 */
export async function takeSample(database: Database): Promise<boolean> {
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<{ wanted: boolean }>(
      `SELECT NOT EXISTS (SELECT FROM stats_samples WHERE minute = ${MINUTE})
         AND pg_try_advisory_xact_lock(hashtext('tocsin statistics'), 0) AS wanted`,
    );
    if (rows[0]?.wanted !== true) return false;
    const open = await readOpenDeliveries(client, null);
    // The minute's sample may have been committed by the lock's last owner after it was looked for.
    const { rowCount } = await client.query(
      `INSERT INTO stats_samples (minute, open, oldest_open_seconds)
       VALUES (${MINUTE}, $1, extract(epoch FROM now() - $2::timestamptz))
       ON CONFLICT DO NOTHING`,
      [open.waiting + open.queued + open.delayed, open.oldestReceivedAt],
    );
    return rowCount === 1;
  });
}
