import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSealer, generateSecretKeys, parseSecretKeys } from '@tocsin/secrets';
import { createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import {
  answersInOrder,
  bumpDestinationsVersion,
  connectDatabase,
  createDestinationDirectory,
  createRoutingDirectory,
  type Database,
  findSession,
  inTransaction,
  isDatabaseUnavailable,
  isMissingPartition,
  migrate,
  sealContext,
  type Transaction,
} from '../src/index.ts';

const sealer = createSealer(parseSecretKeys(generateSecretKeys()));
const ID = '8a14e590-96c5-48b1-bc7e-5025ad979f9e';
const log = { warn: () => undefined };

let home: TestDatabase;
let database: Database;

const connect = (databaseUrl: string) =>
  connectDatabase({ databaseUrl, poolMax: 4, applicationName: 'test', log });

beforeAll(async () => {
  home = await createTestDatabase('store');
  database = connect(home.url);
  const others = [connect(home.url), connect(home.url)];
  // As services do that start together.
  await Promise.all([database, ...others].map((each) => migrate(each)));
  await Promise.all(others.map((other) => other.close()));
});

afterAll(async () => {
  await database?.close();
  await home?.drop();
});

async function insertDestination(): Promise<void> {
  const values = {
    id: ID,
    display_name: 'one',
    url_origin: 'https://example.com',
    sealed_url: sealer.seal('https://example.com/hook', sealContext.url(ID)),
    revision: 2,
    severities: ['LOW' as const],
    alert_types: ['RULE' as const],
    log_types: [],
    require_log_type: false,
    headers: JSON.stringify([
      { name: 'X-Key', sealed: sealer.seal('value', sealContext.header(ID, 'X-Key')) },
    ]),
    include_context: false,
    enabled: true,
    timeout_ms: 1_000,
    retry: '{}',
    max_in_flight: 1,
  };
  const revision = await bumpDestinationsVersion(database.db);
  await database.db
    .insertInto('destinations')
    .values({ ...values, revision })
    .execute();
}

async function setDeleted(deleted_at: Date | null): Promise<void> {
  const revision = await bumpDestinationsVersion(database.db);
  await database.db.updateTable('destinations').set({ deleted_at, revision }).where('id', '=', ID).execute();
}

test('migrations run once, however many services start together, and again without effect', async () => {
  await migrate(database);
  const { rows } = await database.pool.query('SELECT version FROM destinations_version');
  expect(rows).toEqual([{ version: 1 }]);
});

test('the directory knows every change that was committed before it is asked', async () => {
  const directory = createDestinationDirectory({ database, sealer });
  expect((await directory.current()).list).toEqual([]);
  await insertDestination();
  const { version, byId } = await directory.current();
  expect(byId.get(ID)?.headers).toEqual([{ name: 'X-Key', value: 'value' }]);
  await setDeleted(new Date());
  // A caller that knows no later version is answered from the copy.
  expect((await directory.atLeast(version)).byId.has(ID)).toBe(true);
  expect((await directory.atLeast(version + 1)).list).toEqual([]);
  expect((await directory.current()).list).toEqual([]);
  await setDeleted(null);
  expect([...(await directory.current()).byId.keys()]).toEqual([ID]);
});

test('routing reads nothing that is secret or may be large, and sees the same changes', async () => {
  const read: unknown[] = [];
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      read.push(...result.rows);
      return result;
    },
  });
  const directory = createRoutingDirectory({ db });
  const { list, version } = await directory.current();
  const whole = await createDestinationDirectory({ database, sealer }).current();
  expect(list).toMatchObject([{ id: ID, enabled: true }]);
  expect(whole).toMatchObject({ version, list });
  expect(JSON.stringify(read)).not.toMatch(/sealed|secret|headers|url/);
  await setDeleted(new Date());
  expect((await directory.current()).list).toEqual([]);
  await setDeleted(null);
  expect((await directory.current()).list).toEqual(list);
});

test('a look at the directory never takes part in one that had read before it', async () => {
  const directory = createDestinationDirectory({ database, sealer });
  const { version } = await directory.current();
  const looks = [directory.current()];
  for (let n = 1; n <= 5; n += 1) {
    await bumpDestinationsVersion(database.db);
    looks.push(directory.current());
  }
  const versions = (await Promise.all(looks)).map((snapshot) => snapshot.version - version);
  for (const [place, seen] of versions.entries()) expect(seen).toBeGreaterThanOrEqual(place);
});

test.each([0, 10_000])(
  'beside %s more destinations, a look reads a version alone, and after a change what has changed',
  async (more) => {
    await database.pool.query(
      `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types, require_log_type, headers,
       include_context, enabled, timeout_ms, retry, max_in_flight)
     SELECT gen_random_uuid(), 'more ' || n, 'https://example.com', 'sealed', '{LOW}', '{RULE}', '{}', false, '[]', false, true,
       1000, '{}', 1 FROM generate_series(1, $1) AS n`,
      [more],
    );
    await bumpDestinationsVersion(database.db);
    const statements: string[] = [];
    let rows = 0;
    const counted = {
      ...database,
      db: database.db.withPlugin({
        transformQuery: ({ node }) => {
          statements.push(node.kind === 'SelectQueryNode' ? JSON.stringify(node.from) : node.kind);
          return node;
        },
        transformResult: async ({ result }) => {
          rows += result.rows.length;
          return result;
        },
      }),
    };
    const directory = createDestinationDirectory({ database: counted, sealer });
    const first = await directory.current();
    expect(statements).toHaveLength(2);
    rows = 0;
    await directory.current();
    await Promise.all([directory.current(), directory.current(), directory.current()]);
    // Those that ask at the same time share a look.
    expect(statements.slice(2)).toHaveLength(2);
    for (const statement of statements.slice(2)) expect(statement).toContain('destinations_version');
    expect(rows).toBe(2);
    for (const [deletedAt, count] of [
      [new Date(), more],
      [null, more + 1],
    ] as const) {
      await setDeleted(deletedAt);
      rows = 0;
      const changed = await directory.current();
      // The version, and the destination that has changed.
      expect(rows).toBe(2);
      expect(changed.list).toHaveLength(count);
      // What has not changed is the same object.
      const before = new Set(first.list);
      expect(changed.list.filter((one) => !before.has(one)).map((one) => one.id)).toEqual(
        deletedAt === null ? [ID] : [],
      );
    }
    await database.pool.query(`DELETE FROM destinations WHERE display_name LIKE 'more %'`);
    await database.pool.query('UPDATE destinations_version SET version = 1');
    // Behind what was known: nothing of that counts.
    expect((await directory.current()).list).toHaveLength(1);
  },
);

test('a secret whose key is lost is the fault of its destination alone', async () => {
  const other = createSealer(parseSecretKeys(generateSecretKeys()));
  const { list } = await createDestinationDirectory({ database, sealer: other }).current();
  expect(list).toMatchObject([
    {
      id: ID,
      url: 'https://example.com',
      headers: [],
      secretsFault: expect.stringContaining('could not be opened'),
    },
  ]);
});

test('a day without a partition is distinguished from other failures', async () => {
  const insert = `INSERT INTO routings (received_day, alert_id, rule, destination_ids, skipped, notes, open_count)
    VALUES ('2019-01-01', 'a', 'filters', '{}', '[]', '{}', 0)`;
  const missing = await database.pool.query(insert).catch((error) => error);
  expect(isMissingPartition(missing)).toBe(true);
  const violation = await database.pool
    .query(`INSERT INTO destination_health VALUES ($1, -1)`, [ID])
    .catch((error) => error);
  expect(isMissingPartition(violation)).toBe(false);
});

test('a deadlock is tried again until both transactions are done', async () => {
  await database.pool.query(
    'CREATE TABLE numbers AS SELECT n AS id, 0 AS value FROM generate_series(1, 2) AS n',
  );
  let waiting = 2;
  let open: () => void;
  const bothHold = new Promise<void>((resolve) => {
    open = resolve;
  });
  const add = (first: number, second: number) =>
    inTransaction(database, async (client) => {
      await client.query('UPDATE numbers SET value = value + 1 WHERE id = $1', [first]);
      waiting -= 1;
      if (waiting === 0) open();
      await bothHold;
      await client.query('UPDATE numbers SET value = value + 1 WHERE id = $1', [second]);
    });
  await Promise.all([add(1, 2), add(2, 1)]);
  const { rows } = await database.pool.query('SELECT value FROM numbers');
  expect(rows).toEqual([{ value: 2 }, { value: 2 }]);
});

test('statements that are sent together run in order, and say why the first of them failed', async () => {
  await database.pool.query('CREATE TABLE steps (n integer PRIMARY KEY)');
  const add = (client: Transaction, n: number, name?: string) =>
    client.query({ ...(name && { name }), text: 'INSERT INTO steps VALUES ($1) RETURNING n', values: [n] });
  const stored = async () => (await database.pool.query('SELECT n FROM steps ORDER BY n')).rows;
  const answers = await inTransaction(database, (client) =>
    answersInOrder([add(client, 1), client.query('SELECT count(*) FROM steps'), add(client, 2)]),
  );
  expect(answers.map(({ rows }) => rows)).toEqual([[{ n: 1 }], [{ count: 1 }], [{ n: 2 }]]);
  // The second is sent before the first was answered.
  await inTransaction(database, async (client) => {
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    const sizes = [stream.bytesWritten];
    const send = () => {
      const answer = client.query('SELECT count(*) FROM steps WHERE n > $1', [1]);
      sizes.push(stream.bytesWritten);
      return answer;
    };
    await answersInOrder([send(), send()]);
    const [none = 0, one = 0, both = 0] = sizes;
    expect(both - one).toBe(one - none);
    expect(one).toBeGreaterThan(none);
  });
  const failing = inTransaction(database, (client) => {
    const nested = async () => (await add(client, 1)).rows;
    return answersInOrder([add(client, 3), nested(), add(client, 4, 'add a step')]);
  });
  await expect(failing).rejects.toMatchObject({ code: '23505' });
  expect(await stored()).toEqual([{ n: 1 }, { n: 2 }]);
  // Nothing of it stays with the connection, such as a name for a statement that was never prepared.
  await inTransaction(database, (client) => add(client, 5, 'add a step'));
  expect(await stored()).toEqual([{ n: 1 }, { n: 2 }, { n: 5 }]);
});

test.each([
  ['a full disk', '53100', true],
  ['no memory', '53200', true],
  ['a fault of the disk', '58030', true],
  ['a limit of the program', '54000', false],
  ['a violated check', '23514', false],
])('%s (%s) counts as unavailable: %s', async (_, code, isUnavailable) => {
  const error = await database.pool
    .query(`DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END $$`)
    .catch((error) => error);
  expect(error).toMatchObject({ code });
  expect(isDatabaseUnavailable(error)).toBe(isUnavailable);
});

test('a server that is not there is unavailable, a fault in a statement is not', async () => {
  const nowhere = connect('postgres://nobody@127.0.0.1:1/none');
  expect(isDatabaseUnavailable(await nowhere.pool.query('SELECT 1').catch((error) => error))).toBe(true);
  await nowhere.close();
  expect(isDatabaseUnavailable(await database.pool.query('SELEKT').catch((error) => error))).toBe(false);
});

test('a session is found while it lasts and its key is not revoked, with the key’s name and scopes of today', async () => {
  const { db } = database;
  await db
    .insertInto('api_keys')
    .values({ id: 'duty', name: 'on call', scopes: ['alerts:read'], secret_hash: 'x' })
    .execute();
  const inAnHour = new Date(Date.now() + 3_600_000);
  await db
    .insertInto('sessions')
    .values([
      { token_hash: 'lasting', key_id: 'duty', expires_at: inAnHour },
      { token_hash: 'over', key_id: 'duty', expires_at: new Date(Date.now() - 1_000) },
    ])
    .execute();
  const session = { keyId: 'duty', keyName: 'on call', scopes: ['alerts:read'], expiresAt: inAnHour };
  expect(await findSession(database, 'lasting')).toEqual(session);
  expect(await findSession(database, 'over')).toBeNull();
  expect(await findSession(database, 'unknown')).toBeNull();

  await db
    .updateTable('api_keys')
    .set({ scopes: ['admin'] })
    .where('id', '=', 'duty')
    .execute();
  expect((await findSession(database, 'lasting'))?.scopes).toEqual(['admin']);
  await db.updateTable('api_keys').set({ revoked_at: new Date() }).where('id', '=', 'duty').execute();
  expect(await findSession(database, 'lasting')).toBeNull();
});

test('a session belongs to a key that exists', async () => {
  const orphan = { token_hash: 'orphan', key_id: 'nobody', expires_at: new Date() };
  await expect(database.db.insertInto('sessions').values(orphan).execute()).rejects.toThrow('foreign key');
});
