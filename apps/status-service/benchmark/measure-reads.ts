import { parseArgs } from 'node:util';
import { listAlerts, listDeliveries } from '@tocsin/contract';
import { connectDatabase, migrate } from '@tocsin/store';
import { createAlertsReader } from '../src/reading/read-alerts.ts';
import { createDeliveriesReader } from '../src/reading/read-deliveries.ts';
import { fillDatabase } from './fill-database.ts';

const HELP = `How long each list, filter and search takes, first page and a deep one, as a table of p50 and p95.

  DATABASE_URL=… node --conditions=@tocsin/source apps/status-service/benchmark/measure-reads.ts [--fill] [--rounds 15]

--fill puts 1,000,000 alerts with 3,000,000 deliveries into the database, which is to be empty; --pending N leaves the
newest N deliveries pending.`;

const ALERTS = [
  '',
  'severity=CRITICAL',
  'severity=HIGH,LOW',
  'type=POLICY',
  'logType=Rare.Log',
  'logType=AWS.CloudTrail',
  'logType=No.Log',
  'tag=rare',
  'tag=prod',
  'status=failed',
  'status=pending',
  'status=succeeded',
  'status=cancelled',
  'status=routing',
  'status=unrouted',
  'destinationId=D',
  'destinationId=D&status=failed',
  'q=signin',
  'q=ransomware',
  'q=zebra',
  'q=nothing',
  'q=user123',
  'q=aws.console.login17',
  'q=suspicious signin ransomware',
  'q=signin&severity=CRITICAL&status=failed',
  'q=ransomware&status=failed&tag=prod',
  'q=signin&logType=No.Log',
  'destinationId=D&q=zebra',
  'status=succeeded&q=zebra',
  'type=POLICY&severity=CRITICAL',
];
const DELIVERIES = [
  '',
  'status=pending',
  'status=failed',
  'status=succeeded',
  'status=retrying',
  'status=cancelled',
  'destinationId=D',
  'destinationId=D&status=failed',
  'severity=CRITICAL',
  'severity=CRITICAL&status=failed',
  'errorCode=timeout',
  'errorCode=tls',
  'errorCode=dns',
  'errorCode=tls&destinationId=D',
  'q=signin',
  'q=ransomware&status=failed',
  'q=zebra',
  'q=nothing',
  'destinationId=D&q=zebra',
  'errorCode=timeout&severity=CRITICAL',
];

const { values: options } = parseArgs({
  options: {
    fill: { type: 'boolean', default: false },
    pending: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '15' },
    help: { type: 'boolean', default: false },
  },
});
const databaseUrl = process.env.DATABASE_URL;
if (options.help || databaseUrl === undefined) throw new Error(HELP);

const write = (line: string) => process.stdout.write(`${line}\n`);
const database = connectDatabase({
  databaseUrl,
  poolMax: 4,
  applicationName: 'tocsin measure-reads',
  log: { warn: (_, message) => write(message) },
  queryTimeoutMs: 600_000,
});
await migrate(database);
if (options.fill) {
  await fillDatabase(
    database,
    { alerts: 1_000_000, days: 10, fanOut: 3, pending: Number(options.pending) },
    write,
  );
}
const { rows } = await database.pool.query<{ id: string }>(
  `SELECT id FROM destinations WHERE display_name = 'Destination 7'`,
);
const deliveries = createDeliveriesReader(database);
const alerts = createAlertsReader(database, deliveries);

interface Page {
  items: unknown[];
  nextCursor: string | null;
}

/** Asks as the API does: parameters by the endpoint's schema. */
function reader(list: 'alerts' | 'deliveries', text: string): (cursor: string | null) => Promise<Page> {
  const given = new URLSearchParams(text.replaceAll('=D', `=${rows[0]?.id}`));
  return (cursor) => {
    const query = { ...Object.fromEntries(given), ...(cursor === null ? {} : { cursor }) };
    if (list === 'alerts') return alerts.list(listAlerts.query!.parse(query));
    return deliveries.list(listDeliveries.query!.parse(query));
  };
}

const at = (times: number[], share: number) =>
  (times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1] ?? 0).toFixed(0).padStart(5);

write('list        p50   p95  deep p95  items  more  filters');
for (const [list, texts] of [['alerts', ALERTS] as const, ['deliveries', DELIVERIES] as const]) {
  for (const text of texts) {
    const read = reader(list, text);
    const [first, deep]: [number[], number[]] = [[], []];
    let page: Page = { items: [], nextCursor: null };
    for (let round = 0; round < Number(options.rounds); round += 1) {
      const startedAt = performance.now();
      page = await read(null);
      first.push(performance.now() - startedAt);
    }
    let { nextCursor } = page;
    for (let depth = 0; depth < 30 && nextCursor !== null; depth += 1) {
      const startedAt = performance.now();
      ({ nextCursor } = await read(nextCursor));
      deep.push(performance.now() - startedAt);
    }
    const cells = [
      at(first, 0.5),
      at(first, 0.95),
      at(deep, 0.95).padStart(9),
      String(page.items.length).padStart(6),
    ];
    write(`${list.padEnd(10)} ${cells.join(' ')}  ${page.nextCursor === null ? 'no  ' : 'yes '}  ${text}`);
  }
}
await database.close();
