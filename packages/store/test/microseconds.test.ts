import { expect, test } from '@jest/globals';
import { createTestDatabase } from '@tocsin/testkit';
import pg from 'pg';
import { microsecondsOf, timeOfMicroseconds } from '../src/index.ts';

const TIMES = [
  '1970-01-01T00:00:00Z',
  '2026-03-04T05:06:07.123456Z',
  '2026-12-31T23:59:59.999999Z',
  '2255-06-05T23:47:34.740991Z',
];

test('a time goes out and comes back to the microsecond, whatever a session prints and reads', async () => {
  const home = await createTestDatabase('microseconds');
  const client = new pg.Client({ connectionString: home.url });
  await client.connect();
  try {
    await client.query(
      `SET DateStyle = 'German'; SET TimeZone = 'Asia/Kathmandu'; SET IntervalStyle = 'iso_8601'`,
    );
    for (const time of TIMES) {
      const { rows } = await client.query<{ at: string }>(
        `SELECT ${microsecondsOf('$1::timestamptz')} AS at`,
        [time],
      );
      const at = Number(rows[0]?.at);
      expect(Number.isSafeInteger(at)).toBe(true);
      expect(Math.floor(at / 1_000)).toBe(Date.parse(time));
      const back = await client.query<{ same: boolean }>(
        `SELECT ${timeOfMicroseconds('$1')} = $2::timestamptz AS same`,
        [at, time],
      );
      expect(back.rows).toEqual([{ same: true }]);
    }
  } finally {
    await client.end();
    await home.drop();
  }
});

test('a time as a parameter is a constant to the planner, so that partitions are left out before a statement runs', async () => {
  const home = await createTestDatabase('microseconds');
  const client = new pg.Client({ connectionString: home.url });
  await client.connect();
  try {
    await client.query(`
      CREATE TABLE t (day date NOT NULL) PARTITION BY RANGE (day);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2026-03-04') TO ('2026-03-05');
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM ('2026-03-05') TO ('2026-03-06')`);
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT FROM t WHERE day = (${timeOfMicroseconds('$1')} AT TIME ZONE 'UTC')::date`,
      [Date.parse('2026-03-05T00:00:00Z') * 1_000],
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('t2');
    expect(plan).not.toMatch(/t1|Subplans Removed/);
  } finally {
    await client.end();
    await home.drop();
  }
});
