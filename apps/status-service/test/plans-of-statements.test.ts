import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Harness } from './dispatch-harness.ts';
import { createHarness } from './dispatch-harness.ts';
import { B } from './scene.ts';

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
  // The empty partitions of the days to come are cheaper to read than to look up in.
  expect(found.filter((node) => node !== 'Seq Scan')).toHaveLength(2);
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
