import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import {
  bumpDestinationsVersion,
  connectDatabase,
  createRoutingDirectory,
  type Database,
  migrate,
  pruneDeletedDestinations,
} from '../src/index.ts';

let home: TestDatabase;
let database: Database;

beforeEach(async () => {
  home = await createTestDatabase('prune');
  const log = { warn: () => undefined };
  database = connectDatabase({ databaseUrl: home.url, poolMax: 2, applicationName: 'test', log });
  await migrate(database);
});

afterEach(async () => {
  jest.useRealTimers();
  await database?.close();
  await home?.drop();
});

/** @param deletedHoursAgo null for one that is not deleted */
async function makeDestination(displayName: string, deletedHoursAgo: number | null, waiting = 0) {
  const id = randomUUID();
  const revision = await bumpDestinationsVersion(database.db);
  await database.pool.query(
    `INSERT INTO destinations (id, display_name, url_origin, sealed_url, revision, severities, alert_types, log_types,
       require_log_type, headers, include_context, enabled, timeout_ms, retry, max_in_flight, deleted_at)
     VALUES ($1, $2, 'https://example.com', 'sealed', $3, '{LOW}', '{RULE}', '{}', false, '[]', false, true, 1000, '{}', 1,
       now() - $4 * interval '1 hour')`,
    [id, displayName, revision, deletedHoursAgo],
  );
  await database.pool.query(
    `INSERT INTO destination_health (destination_id, waiting, queued, delayed, succeeded, failed, consecutive_failures)
     VALUES ($1, $2, 0, 0, 0, 0, 0)`,
    [id, waiting],
  );
  return id;
}

const namesLeft = async () =>
  (
    await database.pool.query<{ name: string }>(
      `SELECT d.display_name AS name FROM destinations d JOIN destination_health h ON h.destination_id = d.id ORDER BY name`,
    )
  ).rows.map(({ name }) => name);

test('deleted destinations are pruned past the retention, and before the newest that are kept', async () => {
  await makeDestination('there', null);
  await makeDestination('open', 24 * 40, 1);
  await makeDestination('past the retention', 24 * 32);
  await makeDestination('kept 1', 3);
  await makeDestination('kept 2', 4);
  await makeDestination('too many', 5);
  await makeDestination('deleted just now', 1);
  await database.pool.query('UPDATE destinations SET paused = true');
  await database.pool.query('INSERT INTO destination_turns SELECT id, now(), now(), 1 FROM destinations');

  expect(await pruneDeletedDestinations(database, { retentionDays: 30 })).toBe(1);
  expect(await namesLeft()).not.toContain('past the retention');
  expect(await pruneDeletedDestinations(database, { retentionDays: 30, keptMax: 3 })).toBe(1);
  expect(await namesLeft()).toEqual(['deleted just now', 'kept 1', 'kept 2', 'open', 'there']);
  expect(await pruneDeletedDestinations(database, { retentionDays: 30, keptMax: 0 })).toBe(2);
  expect(await namesLeft()).toEqual(['deleted just now', 'open', 'there']);
  const { rows } = await database.pool.query('SELECT count(*)::integer AS count FROM destination_health');
  expect(rows).toEqual([{ count: 3 }]);
  const pauses = await database.pool.query('SELECT count(*)::integer AS count FROM destination_pauses');
  expect(pauses.rows).toEqual([{ count: 3 }]);
  const turns = await database.pool.query('SELECT count(*)::integer AS count FROM destination_turns');
  expect(turns.rows).toEqual([{ count: 3 }]);
});

test('a copy that has not been looked at since a destination was deleted does not keep it once it is pruned', async () => {
  const id = await makeDestination('one', null);
  const directory = createRoutingDirectory(database);
  expect((await directory.current()).byId.has(id)).toBe(true);
  const revision = await bumpDestinationsVersion(database.db);
  await database.pool.query(
    `UPDATE destinations SET deleted_at = now() - interval '3 hours', revision = $2 WHERE id = $1`,
    [id, revision],
  );
  expect(await pruneDeletedDestinations(database, { retentionDays: 30, keptMax: 0 })).toBe(1);
  jest.useFakeTimers({
    now: Date.now() + 3 * 60 * 60 * 1000,
    doNotFake: [
      'nextTick',
      'setImmediate',
      'setTimeout',
      'setInterval',
      'clearTimeout',
      'clearInterval',
      'clearImmediate',
      'queueMicrotask',
      'performance',
      'hrtime',
    ],
  });
  expect((await directory.current()).byId.has(id)).toBe(false);
});
