import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import { connectDatabase, type Database, dropExpiredPartitions, ensurePartitions } from '../src/index.ts';

const RETENTION_DAYS = 30;

let home: TestDatabase;
let database: Database;

beforeEach(async () => {
  home = await createTestDatabase('retention', { isMigrated: true });
  database = connectDatabase({
    databaseUrl: home.url,
    poolMax: 4,
    applicationName: 'test',
    log: { warn: () => undefined },
  });
});

afterEach(async () => {
  await database?.close();
  await home?.drop();
});

const makeDays = (firstDay: string, days: number) =>
  database.pool.query('SELECT ensure_partitions($1::date, $2)', [firstDay, days]);

const idsIn = async (table: string) =>
  (await database.pool.query<{ alert_id: string }>(`SELECT alert_id FROM ${table} ORDER BY 1`)).rows.map(
    (row) => row.alert_id,
  );

async function tableExists(name: string): Promise<boolean> {
  const { rows } = await database.pool.query('SELECT to_regclass($1) IS NOT NULL AS exists', [name]);
  return rows[0].exists;
}

/** Stores a row of today, waiting for a lock no longer than a moment. */
async function insertToday(): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('SET lock_timeout = 500');
    await client.query(
      `INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, log_types,
         payload, facts)
       VALUES ((now() AT TIME ZONE 'UTC')::date, gen_random_uuid()::text, now(), 0, 'RULE', 'd', 't', '{}', '{}', '{}')`,
    );
  } finally {
    await client.query('RESET lock_timeout');
    client.release();
  }
}

/** A reader that looks at every alert and does not end its transaction until told to. */
async function openReader(): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT count(*) FROM alerts');
  return async () => {
    await client.query('ROLLBACK');
    client.release();
  };
}

describe('partitions ahead', () => {
  /** The template may be of the day before: a run may go past midnight. */
  beforeEach(() => ensurePartitions(database));

  test('are made while alerts are being read, and written', async () => {
    const endReader = await openReader();
    try {
      await database.pool.query(`DROP TABLE attempts_${await dayFromNow(3)}`);
      const making = makeDays('2031-01-01', 2);
      await Promise.all([making, insertToday(), ensurePartitions(database)]);
      expect(await tableExists('alerts_20310102')).toBe(true);
      expect(await tableExists(`attempts_${await dayFromNow(3)}`)).toBe(true);
    } finally {
      await endReader();
    }
  });

  test('have the keys and indexes of their parent, and take its rows', async () => {
    const indexes = async (table: string) =>
      (
        await database.pool.query<{ definition: string }>(
          'SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid = $1::regclass',
          [table],
        )
      ).rows
        .map(({ definition }) => definition.replace(/^.* USING /, ''))
        .sort();
    const today = await dayFromNow(0);
    for (const parent of ['alerts', 'routings', 'deliveries', 'attempts']) {
      const expected = await indexes(parent);
      expect(expected.length).toBeGreaterThan(0);
      expect(await indexes(`${parent}_${today}`)).toEqual(expected);
    }
    await insertToday();
    expect((await database.pool.query(`SELECT FROM alerts_${today}`)).rowCount).toBe(1);
  });

  test('that somebody else has locked are left for the next time', async () => {
    await database.pool.query(`DROP TABLE attempts_${await dayFromNow(3)}`);
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE attempts IN ACCESS EXCLUSIVE MODE');
    await expect(ensurePartitions(database)).rejects.toMatchObject({ code: '55P03' });
    await client.query('ROLLBACK');
    client.release();
    await ensurePartitions(database);
    expect(await tableExists(`attempts_${await dayFromNow(3)}`)).toBe(true);
  });
});

describe('what is past the retention', () => {
  test('is dropped with the ids of its alerts, and nothing else is', async () => {
    await makeDays('2020-01-01', 2);
    const rows = `VALUES ('old', '2020-01-02'::date), ('new', (now() AT TIME ZONE 'UTC')::date)`;
    await database.pool.query(`INSERT INTO alert_ids ${rows}`);
    await database.pool.query(
      `INSERT INTO alert_outbox (alert_id, received_day, received_at) SELECT id, day, now() FROM (${rows}) AS r (id, day)`,
    );
    const dropped = await dropExpiredPartitions(database, RETENTION_DAYS);
    expect(dropped).toHaveLength(8);
    expect(dropped).toContain('deliveries_20200102');
    expect(await idsIn('alert_ids')).toEqual(['new']);
    expect(await idsIn('alert_outbox')).toEqual(['new']);
    expect(await dropExpiredPartitions(database, RETENTION_DAYS)).toEqual([]);
  });

  test('is dropped once, however many processes try, and all of it is gone in the end', async () => {
    await makeDays('2020-01-01', 4);
    const dropped = await Promise.all([1, 2, 3].map(() => dropExpiredPartitions(database, RETENTION_DAYS)));
    expect(dropped.flat()).toHaveLength(new Set(dropped.flat()).size);
    await dropExpiredPartitions(database, RETENTION_DAYS);
    expect(await tableExists('attempts_20200104')).toBe(false);
    // Of this database: the view shows those of others' tests too.
    const { rowCount } = await database.pool.query(
      `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
       WHERE l.locktype = 'advisory' AND d.datname = current_database()`,
    );
    expect(rowCount).toBe(0);
  });

  test('loses its ids although its partitions are gone already, in as many statements as it takes', async () => {
    const keep = `(now() AT TIME ZONE 'UTC')::date - ${RETENTION_DAYS - 1}`;
    await database.pool.query(
      `INSERT INTO alert_ids SELECT 'old-' || n, '2020-01-02' FROM generate_series(1, 12000) AS n
       UNION ALL SELECT 'kept', ${keep}`,
    );
    await dropExpiredPartitions(database, RETENTION_DAYS);
    expect(await idsIn('alert_ids')).toEqual(['kept']);
  });

  test('that is being read holds up no insert, and is dropped once the reader is done', async () => {
    await makeDays('2020-01-01', 2);
    await database.pool.query(`INSERT INTO alert_ids VALUES ('old', '2020-01-01')`);
    const endReader = await openReader();
    try {
      const dropping = dropExpiredPartitions(database, RETENTION_DAYS);
      const refused = expect(dropping).rejects.toMatchObject({ code: '55P03' });
      for (let inserts = 0; inserts < 20; inserts += 1) await insertToday();
      await refused;
      await insertToday();
      expect(await idsIn('alert_ids')).toEqual([]);
      expect(await tableExists('alerts_20200101')).toBe(true);
    } finally {
      await endReader();
    }
    expect(await dropExpiredPartitions(database, RETENTION_DAYS)).toHaveLength(8);
    expect(await tableExists('alerts_20200101')).toBe(false);
  });

  test('is dropped, and its ids with it, also where one of its tables cannot be', async () => {
    await makeDays('2020-01-01', 2);
    await database.pool.query(`
      CREATE VIEW of_a_day AS SELECT * FROM alerts_20200101;
      INSERT INTO alert_ids VALUES ('old', '2020-01-02')`);
    await expect(dropExpiredPartitions(database, RETENTION_DAYS)).rejects.toMatchObject({ code: '2BP01' });
    expect(await tableExists('attempts_20200102')).toBe(false);
    expect(await idsIn('alert_ids')).toEqual([]);
    await database.pool.query('DROP VIEW of_a_day');
    expect(await dropExpiredPartitions(database, RETENTION_DAYS)).toEqual(['alerts_20200101']);
  });

  test('is not somebody’s table of such a name', async () => {
    await database.pool.query(`
      CREATE TABLE alerts_20200101 (copy text);
      CREATE TABLE alerts_99999999 (copy text)`);
    expect(await dropExpiredPartitions(database, RETENTION_DAYS)).toEqual([]);
    expect(await tableExists('alerts_20200101')).toBe(true);
  });

  test('was detached by a run that then ended, and is dropped by the next', async () => {
    await makeDays('2020-01-01', 1);
    await database.pool.query(`
      COMMENT ON TABLE alerts_20200101 IS 'tocsin: to be dropped';
      ALTER TABLE alerts DETACH PARTITION alerts_20200101`);
    expect(await dropExpiredPartitions(database, RETENTION_DAYS)).toContain('alerts_20200101');
    expect(await tableExists('alerts_20200101')).toBe(false);
  });
});

async function dayFromNow(days: number): Promise<string> {
  const { rows } = await database.pool.query(
    `SELECT to_char((now() AT TIME ZONE 'UTC')::date + $1::integer, 'YYYYMMDD') AS day`,
    [days],
  );
  return rows[0].day;
}
