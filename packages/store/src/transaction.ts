import { UnavailableError } from '@tocsin/outage';
import type pg from 'pg';
import type { Database } from './database.ts';
import { commitFailure, isTransientConflict } from './failures.ts';

/** The connection that a transaction runs on. */
export type Transaction = pg.PoolClient;

const TRIES_MAX = 5;

/**
 * Runs `work` in one transaction; a deadlock or serialization failure runs it again from the start.
 *
 * @throws OutcomeUnknownError where the connection broke during the COMMIT; after any other error nothing is stored
 */
export async function inTransaction<T>(
  database: Database,
  work: (client: Transaction) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await runOnce(database, work);
    } catch (error) {
      if (tries >= TRIES_MAX || !isTransientConflict(error)) throw error;
    }
  }
}

/**
 * Waits for statements of one transaction that were sent without waiting for each: Postgres runs them in the order in which
 * they were sent, and all of them cost one round trip.
 *
 * @param sent in that order; of each, only what it sends before it first waits is in that order
 * @throws the error of the first that failed: those after it fail because the transaction has
 */
export async function answersInOrder<T extends readonly unknown[]>(
  sent: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const answers = await Promise.allSettled(sent);
  return answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  }) as { -readonly [K in keyof T]: Awaited<T[K]> };
}

async function runOnce<T>(database: Database, work: (client: Transaction) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT').catch((error) => {
      throw commitFailure(error);
    });
    return result;
  } catch (error) {
    // Nothing that is sent to a silent Postgres is answered, and a connection that is closed is rolled back too.
    if (error instanceof UnavailableError) broken = error;
    else
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
    throw error;
  } finally {
    client.release(broken);
  }
}
