import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createTestDatabase } from '@tocsin/testkit';
import type { Kysely } from 'kysely';
import { connectDatabase } from '../src/index.ts';
import * as outcomesOfBulkResends from '../src/migrations/0012-outcomes-of-bulk-resends.ts';

/** As the migration before left them. */
const BEFORE = `
DROP TABLE resend_outcomes;
DROP INDEX resend_rounds_of_delivery;
ALTER TABLE resend_rounds DROP COLUMN ended_as;
ALTER TABLE resends DROP COLUMN matched_at_least;
`;

test('rounds that bulk resends began before the upgrade are counted by how they ended', async () => {
  const home = await createTestDatabase('outcomes', { isMigrated: true });
  const log = { warn: () => undefined };
  const database = connectDatabase({ databaseUrl: home.url, poolMax: 2, applicationName: 'test', log });
  const { pool } = database;
  try {
    await pool.query(BEFORE);
    const resend = randomUUID();
    await pool.query(
      `INSERT INTO resends (id, statuses, since, until, matched, created_by, created_at)
       VALUES ($1, '{failed}', now(), now(), 5, 'test', now())`,
      [resend],
    );
    const begin = async (status: string | null, { round = 2, succeeded = 0 } = {}) => {
      const id = randomUUID();
      await pool.query(
        `INSERT INTO resend_rounds (resend_id, received_day, delivery_id, round) VALUES ($1, current_date, $2, 2)`,
        [resend, id],
      );
      if (status === null) return;
      await pool.query(
        `INSERT INTO deliveries (received_day, id, received_at, alert_id, destination_id, destination_name,
           severity_rank, is_system_error, status, round, shard)
         VALUES (current_date, $1, now(), 'a', $1, 'd', 0, false, $2, $3, 0)`,
        [id, status, round],
      );
      await pool.query(
        `INSERT INTO attempts (received_day, delivery_id, round, number, trigger, started_at, duration_ms,
           response_truncated, error_code)
         SELECT current_date, $1, 2, number, 'resend', now(), 1, false, CASE WHEN number > $2 THEN 'timeout' END
         FROM generate_series(1, 2) AS number`,
        [id, succeeded],
      );
    };
    await begin('succeeded', { succeeded: 1 });
    await begin('pending');
    await begin('failed');
    // Sent again since, after its second round had succeeded.
    await begin('failed', { round: 3, succeeded: 1 });
    // No longer stored.
    await begin(null);
    await outcomesOfBulkResends.up(database.db as Kysely<unknown>);
    const { rows } = await pool.query('SELECT succeeded, failed FROM resend_outcomes WHERE resend_id = $1', [
      resend,
    ]);
    expect(rows).toEqual([{ succeeded: 2, failed: 2 }]);
  } finally {
    await database.close();
    await home.drop();
  }
});
