import { type Database, inTransaction, type Transaction } from '@tocsin/store';

/**
 * Does something in one transaction, unless another process is at it.
 *
 * @param name the same in all processes
 * @returns what the work returns; null where another process is at it
 */
export async function oneAtATime<T>(
  database: Database,
  name: string,
  work: (client: Transaction) => Promise<T>,
): Promise<T | null> {
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<{ wanted: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtext($1), 0) AS wanted',
      [name],
    );
    return rows[0]?.wanted === true ? work(client) : null;
  });
}
