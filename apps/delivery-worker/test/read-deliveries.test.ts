import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectDatabase, type Database } from '@tocsin/store';
import { createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import { readDeliveries } from '../src/read-deliveries.ts';

const DESTINATION = '00000000-0000-4000-8000-00000000000d';
const DELIVERY = '00000000-0000-4000-8000-00000000000e';

let home: TestDatabase;
let database: Database;
beforeAll(async () => {
  home = await createTestDatabase('worker', { isMigrated: true });
  database = connectDatabase({
    databaseUrl: home.url,
    poolMax: 2,
    applicationName: 'test',
    log: { info: () => undefined, warn: () => undefined },
  });
});
afterAll(async () => {
  await database?.close();
  await home?.drop();
});

const change = (changes: string) => database.pool.query(`UPDATE destinations SET ${changes}`);

test('a delivery is available while its destination is, not while that is paused, and not after it was deleted, though it came back', async () => {
  await database.pool.query(
    `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types,
       require_log_type, headers, include_context, enabled, timeout_ms, retry, max_in_flight)
     VALUES ($1, 'd', 'https://example.com', 'sealed', '{}', '{}', '{}', false, '[]', false, true, 1000, '{}', 1)`,
    [DESTINATION],
  );
  const { rows } = await database.pool.query<{ day: string }>(
    `INSERT INTO deliveries (received_day, id, received_at, alert_id, destination_id, destination_name, severity_rank,
       is_system_error, shard)
     VALUES ((now() AT TIME ZONE 'UTC')::date, $1, now(), 'a', $2, 'd', 0, false, 0) RETURNING received_day AS day`,
    [DELIVERY, DESTINATION],
  );
  const day = rows[0]?.day ?? '';
  const isAvailable = async () =>
    (await readDeliveries(database, [{ day, deliveryId: DELIVERY }]))[0]?.available;
  expect(await isAvailable()).toBe(true);
  await change('enabled = false');
  expect(await isAvailable()).toBe(false);
  await change('enabled = true, paused = true');
  expect(await isAvailable()).toBe(false);
  await change('paused = false, deleted_at = now()');
  expect(await isAvailable()).toBe(false);
  await change('deleted_at = NULL, revived_at = now()');
  expect(await isAvailable()).toBe(false);
  // Sent again, by somebody who means the destination that there is now.
  await database.pool.query('UPDATE deliveries SET round_started_at = now()');
  expect(await isAvailable()).toBe(true);
});

test('with an open circuit, its destination takes no retry out of its delay, and everything else', async () => {
  const [{ day }] = (await database.pool.query('SELECT received_day AS day FROM deliveries')).rows;
  const isAvailable = async (queueState: string) => {
    await database.pool.query('UPDATE deliveries SET queue_state = $1', [queueState]);
    return (await readDeliveries(database, [{ day, deliveryId: DELIVERY }]))[0]?.available;
  };
  await database.pool.query(
    'INSERT INTO destination_health (destination_id, circuit_opened_at) VALUES ($1, now())',
    [DESTINATION],
  );
  expect([await isAvailable('queued'), await isAvailable('delayed')]).toEqual([true, false]);
  await database.pool.query('UPDATE destination_health SET circuit_opened_at = NULL');
  expect([await isAvailable('queued'), await isAvailable('delayed')]).toEqual([true, true]);
});
