import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import {
  type Change,
  connectDatabase,
  type Database,
  inTransaction,
  pruneAuditLog,
  recordChange,
} from '../src/index.ts';
import { boundOldEntries } from '../src/migrations/0008-access.ts';

let home: TestDatabase;
let database: Database;

beforeAll(async () => {
  home = await createTestDatabase('audit', { isMigrated: true });
  const log = { warn: () => undefined };
  database = connectDatabase({ databaseUrl: home.url, poolMax: 4, applicationName: 'test', log });
});
afterAll(async () => {
  await database?.close();
  await home?.drop();
});
beforeEach(() => database.pool.query('DELETE FROM audit_log'));

const change = (given: Partial<Change> = {}): Change => ({
  actor: { keyId: 'k1', keyName: 'on-call' },
  action: 'destination.tested',
  subject: 'destination/1',
  detail: {},
  ...given,
});

async function entries(): Promise<
  { actor: string; action: string; subject: string; detail: object; bytes: number }[]
> {
  const { rows } = await database.pool.query(
    'SELECT actor, action, subject, detail, octet_length(detail::text) AS bytes FROM audit_log ORDER BY id',
  );
  return rows;
}

describe('an audit entry', () => {
  test('is there exactly if the transaction is that it was given, of either kind', async () => {
    await inTransaction(database, (client) => recordChange(client, change({ subject: 'kept/1' })));
    await database.db
      .transaction()
      .execute((transaction) => recordChange(transaction, change({ subject: 'kept/2' })));
    const failed = new Error('rolled back');
    await expect(
      inTransaction(database, async (client) => {
        await recordChange(client, change({ subject: 'lost/1' }));
        throw failed;
      }),
    ).rejects.toBe(failed);
    await expect(
      database.db.transaction().execute(async (transaction) => {
        await recordChange(transaction, change({ subject: 'lost/2' }));
        throw failed;
      }),
    ).rejects.toBe(failed);
    expect((await entries()).map(({ subject }) => subject)).toEqual(['kept/1', 'kept/2']);
  });

  test('is small, and has nothing that Postgres refuses, whatever a caller brings', async () => {
    await recordChange(
      database.pool,
      change({
        actor: { keyId: 'k1', keyName: 'n\0'.repeat(10_000) },
        subject: `queue/${'x\0'.repeat(10_000)}`,
        detail: { responseBody: '\u0001\0'.repeat(100_000), headers: Array(10_000).fill('X-Name') },
      }),
    );
    const [entry] = await entries();
    expect(entry!.bytes).toBeLessThanOrEqual(4_096);
    expect(entry!.actor.length).toBeLessThan(400);
    expect(entry!.subject.length).toBeLessThan(400);
    expect(entry!.detail).toMatchObject({ headers: expect.arrayContaining(['and 9980 more']) });
  });
});

test('entries of earlier versions are cut to the bound that new ones have', async () => {
  const old = { action: 'destination.tested', small: true, responseBody: 'x'.repeat(16_384) };
  for (const detail of [old, { small: true }])
    await database.pool.query(
      `INSERT INTO audit_log (actor, action, subject, detail) VALUES ('a', 'destination.tested', 's', $1)`,
      [JSON.stringify(detail)],
    );
  await boundOldEntries(database.db as never);
  const [first, second] = await entries();
  expect(first!.bytes).toBeLessThanOrEqual(4_096);
  expect(first!.detail).toMatchObject({
    small: true,
    responseBody: expect.stringContaining('more characters'),
  });
  expect(second!.detail).toEqual({ small: true });
});

describe('pruning', () => {
  test('deletes what is older than a year, or than the retention where that is longer', async () => {
    for (const days of [364, 366, 500])
      await database.pool.query(
        `INSERT INTO audit_log (at, actor, action, subject, detail)
         VALUES (now() - make_interval(days => $1), 'a', 'an.old_action', 'days/' || $1, '{}')`,
        [days],
      );
    expect(await pruneAuditLog(database, { retentionDays: 400 })).toBe(1);
    expect((await entries()).map(({ subject }) => subject)).toEqual(['days/364', 'days/366']);
    expect(await pruneAuditLog(database, { retentionDays: 30 })).toBe(1);
    expect((await entries()).map(({ subject }) => subject)).toEqual(['days/364']);
  });

  test('keeps the newest of each action: a flood of one kind removes no entry of another', async () => {
    await recordChange(database.pool, change({ action: 'api_key.created', subject: 'api-key/k2' }));
    for (let n = 1; n <= 8; n += 1)
      await recordChange(database.pool, change({ action: 'alert.test_received', subject: `alert/${n}` }));
    expect(await pruneAuditLog(database, { retentionDays: 30, entriesMax: 3 })).toBe(5);
    expect((await entries()).map(({ subject }) => subject)).toEqual([
      'api-key/k2',
      'alert/6',
      'alert/7',
      'alert/8',
    ]);
  });
});
