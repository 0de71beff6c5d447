import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { waitFor } from '@tocsin/testkit';
import { firstWaiting } from '../src/delivery/first-waiting.ts';
import { commitOutcomes, commitPlans } from './commits.ts';
import { createHarness, type Harness } from './dispatch-harness.ts';
import { A, attempted, B } from './scene.ts';

const ROWS = 10_000;

let harness: Harness;
let ids: string[];

beforeAll(async () => {
  harness = await createHarness();
  const { pool } = harness.database;
  const yesterday = await harness.makeDay(1);
  await pool.query(
    `INSERT INTO deliveries (received_day, id, received_at, alert_id, destination_id, destination_name, severity_rank,
       is_system_error, shard)
     SELECT (ARRAY[$1, $2]::date[])[1 + n % 2], gen_random_uuid(), now(), 'alert-' || n, $3, 'second', 3, false, 0
     FROM generate_series(1, $4) AS n`,
    [harness.day, yesterday, B, ROWS],
  );
  await pool.query('ANALYZE deliveries');
  ids = (await pool.query<{ id: string }>('SELECT id FROM deliveries LIMIT 20')).rows.map((row) => row.id);
});

afterAll(() => harness?.close());

/** The nodes of a statement's plan that look at deliveries. */
async function scans(statement: string, parameters: unknown[]): Promise<string[]> {
  const { rows } = await harness.database.pool.query(`EXPLAIN (FORMAT JSON) ${statement}`, parameters);
  const found: string[] = [];
  const visit = (node: { 'Node Type': string; 'Relation Name'?: string; Plans?: (typeof node)[] }): void => {
    if (node['Relation Name']?.startsWith('deliveries_')) found.push(node['Node Type']);
    node.Plans?.forEach(visit);
  };
  visit(rows[0]['QUERY PLAN'][0].Plan);
  return found;
}

test('a delivery is found by its id alone without reading a day', async () => {
  const found = await scans('SELECT * FROM deliveries WHERE id = $1', [ids[0]]);
  expect(found.filter((node) => node !== 'Index Scan')).toEqual([]);
  expect(found.length).toBeGreaterThan(2);
});

test('many are found by day and id without reading the day, and no other day is looked at', async () => {
  const found = await scans(
    'SELECT * FROM deliveries WHERE received_day = ANY($1::date[]) AND id = ANY($2::uuid[])',
    [[harness.day], ids],
  );
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/Index|Bitmap/);
});

test('what is planned while a day has hardly any rows reads no day whole', async () => {
  const fresh = await createHarness();
  try {
    const { pool } = fresh.database;
    await pool.query('SELECT pg_stat_reset()');
    // A prepared statement is planned anew the first five times, and whenever its table was analyzed.
    for (let n = 0; n < 16; n += 1) {
      if (n === 8) await pool.query('ANALYZE deliveries, routings');
      const [job] = await commitPlans(fresh.deps, [fresh.plan(`alert-${n}`, [B])], true);
      await commitOutcomes(fresh.deps, [attempted(job as DispatchedDelivery)], true);
    }
    const today = fresh.day.replaceAll('-', '');
    const scansOf = async (table: string) =>
      (
        await pool.query(
          'SELECT seq_scan AS whole, idx_scan AS found FROM pg_stat_user_tables WHERE relname = $1',
          [`${table}_${today}`],
        )
      ).rows[0];
    for (const table of ['deliveries', 'routings']) {
      await waitFor(async () => (await scansOf(table)).found >= 16, {
        describe: () => `the statistics of ${table}`,
      });
      expect(await scansOf(table)).toMatchObject({ whole: 0 });
    }
  } finally {
    await fresh.close();
  }
});

test('what commits run is planned a few times for each connection, for however many rows', async () => {
  const fresh = await createHarness();
  try {
    const { pool } = fresh.database;
    let underWay: DispatchedDelivery[] = [];
    for (let n = 0; n < 16; n += 1) {
      const plans = Array.from({ length: 2 + (n % 3) }, (_, k) => fresh.plan(`alert-${n}-${k}`, [A, B]));
      underWay.push(...(await commitPlans(fresh.deps, plans, true)));
      const outcomes = underWay.map((job) => attempted(job));
      underWay = (await commitOutcomes(fresh.deps, outcomes, true)).released;
      await firstWaiting(pool, n % 2 === 0 ? [A] : [A, B]);
    }
    const { rows } = await pool.query<{ name: string; often: boolean; once: boolean }>(
      `SELECT name, custom_plans > 5 AS often, generic_plans > 0 AS once FROM pg_prepared_statements`,
    );
    expect(rows.map(({ name }) => name.replace(/ \d+$/, ''))).toEqual(
      expect.arrayContaining([
        'lock destinations',
        'read rows of outcomes',
        'first waiting',
        'select due',
        'update deliveries',
      ]),
    );
    expect(rows.filter(({ often, once }) => often || !once)).toEqual([]);
  } finally {
    await fresh.close();
  }
});
