import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listAlerts, listDeliveries } from '@tocsin/contract';
import { connectDatabase, connectReads, type Database, migrate } from '@tocsin/store';
import { createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import { fillDatabase } from '../benchmark/fill-database.ts';
import { type ListRequest, type ListTargets, readRequests } from '../benchmark/read-requests.ts';
import { destinationId } from '../benchmark/read-services.ts';
import { createAlertsReader } from '../src/read/read-alerts.ts';
import { createDeliveriesReader } from '../src/read/read-deliveries.ts';

const ALERTS = 12_000;
/** What one page may look at of the large tables, in rows and in pages of 8 KiB; more alerts would not make it more. */
const ROWS_MAX = 15_000;
const BUFFERS_MAX = 45_000;
/** In one part of a plan: the 1,500 rows of a look, from the five states of deliveries. */
const ROWS_AT_ONCE_MAX = 7_500;

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
}

let home: TestDatabase;
let database: Database;
/** As the read API has it. */
let reads: Database;
let requests: ListRequest[];
/** What was sent to Postgres since it was last emptied. */
const statements: { text: string; values: unknown[] }[] = [];

/** Notes each statement that a connection is given. */
function noteStatements({ pool }: Database): void {
  pool.on('acquire', (client) => {
    const noting = client as typeof client & { isNoting?: boolean };
    if (noting.isNoting === true) return;
    noting.isNoting = true;
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = ((...given: [string | { text: string; values?: unknown[] }, unknown[]?]) => {
      const [first, values = []] = given;
      const statement = typeof first === 'string' ? { text: first, values } : { values, ...first };
      if (!statement.text.startsWith('EXPLAIN')) statements.push(statement);
      return query(...given);
    }) as typeof client.query;
  });
}

async function readTargets({ pool }: Database): Promise<ListTargets> {
  const { rows } = await pool.query<{ first: Date; last: Date; id: string }>(
    'SELECT min(received_at) AS first, max(received_at) AS last, min(alert_id) AS id FROM alerts',
  );
  const { first, last, id } = rows[0] as (typeof rows)[0];
  const at = (share: number) =>
    new Date(first.getTime() + share * (last.getTime() - first.getTime())).toISOString();
  return {
    destinationIds: [0, 7, 11, 290].map(destinationId),
    recently: at(0.99),
    longAgo: [at(0.2), at(0.4)],
    idStart: id.slice(0, 10),
  };
}

beforeAll(async () => {
  home = await createTestDatabase('costs');
  const options = { databaseUrl: home.url, applicationName: 'test', log: { warn: () => undefined } };
  // A busy machine may take long; what is counted is what is looked at.
  database = connectDatabase({ ...options, poolMax: 4, queryTimeoutMs: 0 });
  reads = connectReads({ ...options, queryTimeoutMs: 0, outage: database.outage });
  await migrate(database);
  const sizes = { alerts: ALERTS, days: 1, destinations: 300, pending: ALERTS };
  const fill = { ...sizes, analyze: false, sealUrl: () => 'sealed' };
  await fillDatabase(database, fill, () => undefined);
  const all = readRequests(await readTargets(database));
  // Every filter alone, the rarest state with every other one, and some of those that are two.
  requests = all.filter(
    ({ filters }, n) => Object.keys(filters).length < 2 || filters.status === 'cancelled' || n % 12 === 0,
  );
  noteStatements(reads);
});

afterAll(async () => {
  await reads?.close();
  await database?.close();
  await home?.drop();
});

const nameOf = ({ list, filters }: ListRequest) => `${list}?${new URLSearchParams(filters)}`;

function* nodesOf(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* nodesOf(child);
}

const rowsOf = (node: PlanNode) =>
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];

/** Asks for a page as the API does, and has Postgres say what each of its statements looked at. */
async function costOf({ list, filters }: ListRequest) {
  const deliveries = createDeliveriesReader(reads);
  statements.length = 0;
  if (list === 'alerts')
    await createAlertsReader(reads, deliveries).list(listAlerts.query!.parse({ ...filters, limit: '200' }));
  else await deliveries.list(listDeliveries.query!.parse({ ...filters, limit: '200' }));
  const cost = { rows: 0, buffers: 0, scanned: [] as string[], statements: statements.length };
  for (const { text, values } of [...statements]) {
    const { rows } = await reads.pool.query(
      `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${text}`,
      values,
    );
    const plan = rows[0]['QUERY PLAN'][0].Plan as PlanNode;
    cost.buffers += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    for (const node of nodesOf(plan)) {
      const table = /^(alerts|routings|deliveries|attempts)_\d+$/.exec(node['Relation Name'] ?? '');
      if (table === null) continue;
      cost.rows += rowsOf(node);
      if (node['Node Type'] === 'Seq Scan' || rowsOf(node) > ROWS_AT_ONCE_MAX)
        cost.scanned.push(`${node['Node Type']} ${table[0]}: ${rowsOf(node)} rows`);
    }
  }
  return cost;
}

/** @returns the lists of those that look at more than they may, and at what */
async function findFaults(asked: ListRequest[]): Promise<string[]> {
  const faults: string[] = [];
  for (const request of asked) {
    const cost = await costOf(request);
    expect(cost.statements).toBeGreaterThan(0);
    if (cost.rows > ROWS_MAX || cost.buffers > BUFFERS_MAX || cost.scanned.length > 0)
      faults.push(`${nameOf(request)}: ${JSON.stringify(cost)}`);
  }
  return faults;
}

describe('every list looks at a bounded part', () => {
  test('of tables that nobody has analyzed, by indexes', async () => {
    expect(await findFaults(requests)).toEqual([]);
  });

  test('of tables that are analyzed, by indexes', async () => {
    await database.pool.query('ANALYZE');
    expect(await findFaults(requests)).toEqual([]);
  });

  test('of tables where a state that was rare has become common since they were analyzed', async () => {
    const change = (from: string, to: string, below: string) =>
      database.pool.query(
        `UPDATE deliveries SET status = $2 WHERE status = ANY($1::text[]) AND id < ($3 || '0000000-0000-0000-0000-000000000000')::uuid`,
        [from, to, below],
      );
    await change('{failed,cancelled}', 'succeeded', 'f');
    await database.pool.query('VACUUM ANALYZE');
    await change('{succeeded}', 'cancelled', '2');
    expect(await findFaults(requests.filter(({ filters }) => filters.status === 'cancelled'))).toEqual([]);
  });
});

test('a session compiles no statement', async () => {
  const { rows } = await database.pool.query('SHOW jit');
  expect(rows).toEqual([{ jit: 'off' }]);
});
