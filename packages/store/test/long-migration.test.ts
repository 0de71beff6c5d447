import { expect, test } from '@jest/globals';
import { createTestDatabase, providePostgres, waitFor } from '@tocsin/testkit';
import pg from 'pg';
import { connectDatabase, migrate } from '../src/index.ts';

const QUERY_TIMEOUT_MS = 1_000;

test('a migration may take longer than a query may', async () => {
  const home = await createTestDatabase((await providePostgres()).url, 'long');
  const database = connectDatabase({
    databaseUrl: home.url,
    poolMax: 2,
    applicationName: 'to migrate',
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    log: { warn: () => undefined },
  });
  const other = new pg.Client({ connectionString: home.url });
  await other.connect();
  try {
    // Whoever makes a table of that name too has to wait for the end of this.
    await other.query('BEGIN; CREATE TABLE alerts ()');
    const migrated = migrate(database).then(
      () => 'done',
      (error: unknown) => error,
    );
    await waitFor(async () => {
      const { rows } = await database.pool.query<{ isOld: boolean }>(
        `SELECT clock_timestamp() - query_start > $1 * interval '1 millisecond' AS "isOld" FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'to migrate' AND wait_event_type = 'Lock'`,
        [1.5 * QUERY_TIMEOUT_MS],
      );
      return rows.some(({ isOld }) => isOld);
    });
    await other.query('ROLLBACK');
    expect(await migrated).toBe('done');
    expect((await database.pool.query('SELECT FROM alerts')).rowCount).toBe(0);
  } finally {
    await other.end();
    await database.close();
    await home.drop();
  }
});
