import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createTestDatabase } from '@tocsin/testkit';
import type { Kysely } from 'kysely';
import { connectDatabase } from '../src/index.ts';
import * as paused from '../src/migrations/0017-paused.ts';

/** As the migration before left them. */
const BEFORE = `
DROP TRIGGER note_destination_pause ON destinations;
DROP FUNCTION note_destination_pause;
DROP TABLE destination_pauses;
ALTER TABLE destinations DROP COLUMN paused;
`;

test('a destination that is disabled at the upgrade has been so since its last change', async () => {
  const home = await createTestDatabase('paused', { isMigrated: true });
  const log = { warn: () => undefined };
  const database = connectDatabase({ databaseUrl: home.url, poolMax: 2, applicationName: 'test', log });
  try {
    await database.pool.query(BEFORE);
    const disabled = randomUUID();
    await database.pool.query(
      `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types,
         require_log_type, headers, include_context, timeout_ms, retry, max_in_flight, revision, enabled, deleted_at,
         updated_at)
       SELECT id, id::text, 'https://example.com', 'sealed', '{LOW}', '{RULE}', '{}', false, '[]', false, 1000, '{}', 1, 1,
         enabled, CASE WHEN deleted THEN now() END, '2026-07-01T00:00:00Z'
       FROM (VALUES ($1::uuid, false, false), (gen_random_uuid(), true, false), (gen_random_uuid(), false, true))
         AS d(id, enabled, deleted)`,
      [disabled],
    );
    await paused.up(database.db as Kysely<unknown>);
    const spans = await database.db.selectFrom('destination_pauses').selectAll().execute();
    expect(spans).toEqual([
      { destination_id: disabled, began_at: new Date('2026-07-01T00:00:00Z'), ended_at: null },
    ]);
    // As the control API of the version before enables it.
    await database.pool.query('UPDATE destinations SET enabled = true');
    const { rows } = await database.pool.query('SELECT FROM destination_pauses WHERE ended_at IS NULL');
    expect(rows).toEqual([]);
  } finally {
    await database.close();
    await home.drop();
  }
});
