import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectDatabase, type Database } from '@tocsin/store';
import { waitFor } from '@tocsin/testkit';
import { type Control, startControl } from './control.ts';

let control: Control;
let direct: Database;
beforeAll(async () => {
  control = await startControl();
  direct = connectDatabase({
    databaseUrl: control.databaseUrl,
    poolMax: 2,
    applicationName: 'direct',
    log: { warn: () => undefined },
  });
  // The COMMIT of a change waits for the holder of the lock, as it would for a slow disk.
  await direct.pool.query(`
    CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON audit_log DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait_for_lock();`);
});
afterAll(async () => {
  await direct.close();
  await control.close();
});

describe('a change whose connection to the database breaks', () => {
  test('503 outcome_unknown: during the commit, since it may have been made', async () => {
    const holder = await direct.pool.connect();
    await holder.query('SELECT pg_advisory_lock(1)');
    const draft = { displayName: 'Cut off', url: 'http://127.0.0.1/' };
    const answer = control.call('POST', '/v1/destinations', draft);
    await waitFor(async () => {
      const { rowCount } = await direct.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
      );
      return rowCount === 1;
    });
    await control.proxy.refuse();
    const cut = await answer;
    expect(cut).toMatchObject({ status: 503, body: { code: 'outcome_unknown' } });
    expect(Number(cut.headers.get('retry-after'))).toBeGreaterThan(0);
    await holder.query('SELECT pg_advisory_unlock(1)');
    holder.release();
    await control.proxy.pass();
    await waitFor(async () => (await control.call('GET', '/v1/destinations')).body.items.length === 1);
    expect(await control.call('POST', '/v1/destinations', draft)).toMatchObject({ status: 409 });
  });

  test('503 unavailable: before anything could be sent', async () => {
    await control.proxy.refuse();
    const draft = { displayName: 'Refused', url: 'http://127.0.0.1/' };
    expect(await control.call('POST', '/v1/destinations', draft)).toMatchObject({
      status: 503,
      body: { code: 'unavailable' },
    });
    await control.proxy.pass();
    expect((await control.call('POST', '/v1/destinations', draft)).status).toBe(201);
  });
});
