import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CHANGES_RUNNING_MAX } from '@tocsin/http';
import { connectDatabase, type Database } from '@tocsin/store';
import { waitFor } from '@tocsin/testkit';
import { ADMIN_KEY, type Control, startControl } from './control.ts';

let control: Control;
let direct: Database;
beforeAll(async () => {
  control = await startControl({ proxyHops: 1 });
  direct = connectDatabase({
    databaseUrl: control.databaseUrl,
    poolMax: 3,
    applicationName: 'direct',
    log: { warn: () => undefined },
  });
});
afterAll(async () => {
  await direct.close();
  await control.close();
});

const waiting = async () => {
  const { rows } = await direct.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.n ?? 0;
};

/** Asks for a lock by which all reads of the table wait that come after it; it is `held` once those before have ended. */
async function askForLock(table: string) {
  const holder = await direct.pool.connect();
  await holder.query('BEGIN');
  return {
    held: holder.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`),
    async release() {
      await holder.query('ROLLBACK');
      holder.release();
    },
  };
}

/** Does something while all reads of the table wait. */
async function whileLocked(table: string, work: () => Promise<void>): Promise<void> {
  const lock = await askForLock(table);
  await lock.held;
  try {
    await work();
  } finally {
    await lock.release();
  }
}

/** Resolves once a request from that address has reached the server; without it a slow connection looks like an unfair turn. */
function arrivalFrom(address: string): Promise<void> {
  const started = channel('http.server.request.start');
  return new Promise((resolve) => {
    const look = (message: unknown) => {
      const { request } = message as { request: IncomingMessage };
      if (request.headers['x-forwarded-for'] !== address) return;
      started.unsubscribe(look);
      resolve();
    };
    started.subscribe(look);
  });
}

const ALERT = {
  ...{ id: 'AWS.Root.Login', createdAt: '2026-07-01T07:57:12Z', severity: 'HIGH', type: 'RULE' },
  title: 'Root login',
};

const destinationNamed = (displayName: string) => ({
  displayName,
  url: 'https://one.example/',
  severities: ['HIGH'],
});

describe('connections to the database', () => {
  test.each([
    { what: 'lists of destinations', table: 'destination_health', path: '/v1/destinations' },
    { what: 'log types', table: 'log_types', path: '/v1/log-types' },
  ])('$what that wait leave those for changes and sign-ins alone', async ({ table, path }) => {
    const keys = [ADMIN_KEY];
    for (let n = 0; n < 3; n += 1) keys.push((await control.makeKey('destinations:read', 'alerts:read')).key);
    let reads: Promise<unknown> = Promise.resolve();
    await whileLocked(table, async () => {
      reads = Promise.all(
        keys.flatMap((key) => Array.from({ length: 4 }, () => control.call('GET', path, undefined, key))),
      );
      await waitFor(async () => (await waiting()) > 0);
      expect((await control.call('POST', '/v1/api-keys', { name: 'made', scopes: ['admin'] })).status).toBe(
        201,
      );
      expect((await control.signIn()).response.status).toBe(201);
    });
    await reads;
  });

  test('what one key previews at once is bounded', async () => {
    const statuses: number[] = [];
    let asked: Promise<unknown> = Promise.resolve();
    await whileLocked('destinations_version', async () => {
      const ask = async () => statuses.push((await control.call('POST', '/v1/route', ALERT)).status);
      asked = Promise.all(Array.from({ length: 60 }, ask));
      await waitFor(async () => statuses.includes(429));
    });
    await asked;
  });

  test('changes of destinations that one key makes all at once leave those for others, and all are made', async () => {
    const { key } = await control.makeKey('destinations:write');
    let changes: Promise<number[]> = Promise.resolve([]);
    await whileLocked('destinations_version', async () => {
      const create = async (n: number) =>
        (await control.call('POST', '/v1/destinations', destinationNamed(`one of many, ${n}`), key)).status;
      changes = Promise.all(Array.from({ length: 60 }, (_, n) => create(n)));
      await waitFor(async () => (await waiting()) > 0);
      expect((await control.signIn()).response.status).toBe(201);
      expect(await waiting()).toBeLessThanOrEqual(CHANGES_RUNNING_MAX);
    });
    expect(await changes).toEqual(Array(60).fill(201));
  });

  test('keys that strangers sign in with are looked up a few at a time, addresses in turn', async () => {
    const signIn = async (key: string, address: string) =>
      (await control.signIn(key, { 'x-forwarded-for': address })).response.status;
    let lock = await askForLock('api_keys');
    let strangers: Promise<number>[] = [];
    let owner: Promise<number> = Promise.resolve(0);
    try {
      await lock.held;
      strangers = Array.from({ length: 40 }, (_, n) => signIn(`tcs_made-up-${n}_x`, '203.0.113.9'));
      await waitFor(async () => (await waiting()) >= 2);
      const arrival = arrivalFrom('198.51.100.7');
      const another = signIn('tcs_made-up_x', '198.51.100.7');
      await arrival;
      // With every connection taken, this would be `unavailable`.
      const ready = await (await fetch(`${control.url}/readyz`)).json();
      expect(ready).toMatchObject({ dependencies: { postgres: 'ok' } });
      // Twice the two that wait are let through, and no more.
      for (let turn = 0; turn < 2; turn += 1) {
        await waitFor(async () => (await waiting()) === 2);
        const next = await askForLock('api_keys');
        await waitFor(async () => (await waiting()) === 3);
        await lock.release();
        await next.held;
        lock = next;
      }
      expect(await another).toBe(401);
      owner = signIn(ADMIN_KEY, '198.51.100.7');
    } finally {
      await lock.release();
    }
    expect(await owner).toBe(201);
    expect(new Set(await Promise.all(strangers))).toEqual(new Set([401]));
  });
});
