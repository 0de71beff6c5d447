import { cpus, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createSealer, parseSecretKeys } from '@tocsin/secrets';
import { connectDatabase, type Database, migrate } from '@tocsin/store';
import { type Deliveries, startDeliveries } from './deliver-beside.ts';
import { fillDatabase } from './fill-database.ts';
import { otherReads, type Read, readsOfLists } from './read-requests.ts';
import { destinationId, type ReadServices, SECRET_KEYS, startServices } from './read-services.ts';

const HELP = `How long every list, filter, search, page and detail takes over HTTP, as a table.

  DATABASE_URL=… node --conditions=@tocsin/source apps/status-service/benchmark/measure-reads.ts
    [--fill] [--days 30] [--alerts 1000000] [--pending 500000] [--no-analyze] [--rounds 5] [--only REGEX]
    [--beside 200] [--every 0] [--json]

--fill fills the database, which is to be empty: 1,000,000 alerts with some 3,000,000 deliveries. The services are started
here, with a Redis of their own.

--beside makes so many deliveries a second meanwhile, and says how long they took without the reads and with them. It disables
the destinations that are there. With --every no two reads begin within so many milliseconds; else each begins when the one
before has its answer.

--json prints one line of JSON on standard output, and all else on standard error.`;

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    fill: { type: 'boolean', default: false },
    days: { type: 'string', default: '30' },
    alerts: { type: 'string', default: '1000000' },
    pending: { type: 'string', default: '500000' },
    analyze: { type: 'boolean', default: true },
    rounds: { type: 'string', default: '5' },
    beside: { type: 'string', default: '0' },
    every: { type: 'string', default: '0' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const databaseUrl = process.env.DATABASE_URL;
if (options.help || databaseUrl === undefined) throw new Error(HELP);

/** How long deliveries go on alone. */
const QUIET_MS = 30_000;

const everyMs = Number(options.every);

const write = (line: string) => (options.json ? process.stderr : process.stdout).write(`${line}\n`);

/** Times of one read, in the order of asking, and the largest answer. */
interface Measured {
  read: Read;
  times: number[];
  bytes: number;
  /** Items of the first page, and whether it is the last. */
  items: number;
  isLast: boolean;
}

const quantile = (times: readonly number[], share: number) =>
  times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1] ?? 0;

/** The first page so many times, and the pages after it. */
async function measure(services: ReadServices, read: Read, rounds: number): Promise<Measured> {
  const measured: Measured = { read, times: [], bytes: 0, items: 0, isLast: true };
  const ask = async (cursor: string | null) => {
    const paced = delay(everyMs);
    const where =
      cursor === null ? read.path : `${read.path}${read.path.includes('?') ? '&' : '?'}cursor=${cursor}`;
    const { status, ms, bytes, body } = await services.ask(read.service, where, read.send);
    if (status >= 300) throw new Error(`${where} answered ${status}: ${JSON.stringify(body)}`);
    measured.times.push(ms);
    measured.bytes = Math.max(measured.bytes, bytes);
    await paced;
    return body as { items?: unknown[]; nextCursor?: string | null };
  };
  for (let round = 0; round < rounds; round += 1) {
    const first = await ask(null);
    measured.items = first.items?.length ?? 0;
    measured.isLast = (first.nextCursor ?? null) === null;
    if (round > 0) continue;
    let cursor = first.nextCursor ?? null;
    for (let page = 0; page < rounds && cursor !== null; page += 1)
      cursor = (await ask(cursor)).nextCursor ?? null;
  }
  return measured;
}

async function prepare(database: Database): Promise<void> {
  await migrate(database);
  if (!options.fill) return;
  const sealer = createSealer(parseSecretKeys(SECRET_KEYS));
  const sealUrl = (id: string) => sealer.seal('https://example.com/', `${id}/url`);
  const { alerts, days, pending, analyze } = options;
  const sizes = { alerts: Number(alerts), days: Number(days), pending: Number(pending), destinations: 300 };
  await fillDatabase(database, { ...sizes, analyze, sealUrl }, write);
}

/** What there is to ask for: the times between which alerts were received, and one of them. */
async function readTargets({ pool }: Database) {
  const { rows } = await pool.query<{ first: Date; last: Date; alertId: string; deliveryId: string }>(
    `SELECT min(received_at) AS first, max(received_at) AS last,
       (SELECT alert_id FROM alerts ORDER BY received_at DESC OFFSET 5 LIMIT 1) AS "alertId",
       (SELECT id FROM deliveries WHERE status = 'failed' ORDER BY received_at DESC LIMIT 1) AS "deliveryId"
     FROM alerts`,
  );
  const { first, last, alertId, deliveryId } = rows[0] as (typeof rows)[0];
  const at = (share: number) =>
    new Date(first.getTime() + share * (last.getTime() - first.getTime())).toISOString();
  return {
    destinationIds: [0, 7, 11, 13, 290].map(destinationId),
    recently: at(0.998),
    longAgo: [at(0.2), at(0.24)] as [string, string],
    idStart: alertId.slice(0, 12),
    alertId,
    deliveryId,
  };
}

function printTable(results: readonly Measured[]): void {
  write('| read | requests | p50 | p95 | max | largest answer | slowest |\n|---|--:|--:|--:|--:|--:|---|');
  for (const [kind, all] of Map.groupBy(results, ({ read }) => read.kind)) {
    const times = all.flatMap((one) => one.times);
    const [slowest] = all.toSorted((a, b) => quantile(b.times, 0.5) - quantile(a.times, 0.5));
    const figures = [0.5, 0.95, 1].map((share) => `${quantile(times, share).toFixed(0)} ms`);
    const kilobytes = `${Math.ceil(Math.max(...all.map(({ bytes }) => bytes)) / 1024)} KiB`;
    write(`| ${[kind, times.length, ...figures, kilobytes, slowest?.read.path].join(' | ')} |`);
  }
}

function printSlow(results: readonly Measured[]): void {
  const slow = results.filter(({ times }) => quantile(times, 0.5) > 100);
  write(`\n${slow.length} of ${results.length} reads have a median above 100 ms`);
  for (const { read, times, items, isLast } of slow) {
    write(
      `${times.map((ms) => ms.toFixed(0)).join(' ')} ms, ${items} items${isLast ? '' : ' and more'}: ${read.path}`,
    );
  }
}

/** Before, while, and after the reads: so that a slow minute of the machine is not taken for their doing. */
async function measureDelays(deliveries: Deliveries, measureAll: () => Promise<void>) {
  const quiet = () => delay(QUIET_MS);
  const delays: Record<string, { p50: number | null; p99: number | null }> = {};
  for (const [when, work] of [
    ['before', quiet],
    ['beside', measureAll],
    ['after', quiet],
  ] as const) {
    const { deliveries: count, p50, p99 } = await deliveries.during(work);
    const text = (ms: number | null) => (ms === null ? 'none' : `${ms.toFixed(0)} ms`);
    write(`${count} deliveries ${when} the reads: p50 ${text(p50)}, p99 ${text(p99)}`);
    delays[when] = { p50, p99 };
  }
  return delays;
}

/** Of all reads of a kind together. */
function timesByKind(results: readonly Measured[]) {
  const byKind = Map.groupBy(results, ({ read }) => read.kind);
  return Object.fromEntries(
    [...byKind].map(([kind, all]) => {
      const times = all.flatMap((one) => one.times);
      return [kind, { p50: quantile(times, 0.5), p95: quantile(times, 0.95), max: quantile(times, 1) }];
    }),
  );
}

const database = connectDatabase({
  databaseUrl,
  poolMax: 4,
  applicationName: 'tocsin measure-reads',
  log: { warn: (_, message) => write(message) },
  queryTimeoutMs: 900_000,
});
await prepare(database);
const targets = await readTargets(database);
const perSecond = Number(options.beside);
const services = await startServices(databaseUrl, [
  ...(['status-service', 'control-api'] as const),
  ...(perSecond > 0 ? (['ingest-api', 'router', 'delivery-worker'] as const) : []),
]);
let deliveries: Deliveries | undefined;
try {
  if (perSecond > 0) deliveries = await startDeliveries(database, services, perSecond);
  const reads = [...readsOfLists(targets), ...otherReads(targets)].filter(({ path }) =>
    new RegExp(options.only).test(path),
  );
  for (const read of reads.slice(0, 20)) await measure(services, read, 1);
  const results: Measured[] = [];
  const measureAll = async () => {
    for (const read of reads) results.push(await measure(services, read, Number(options.rounds)));
  };
  let delays: Awaited<ReturnType<typeof measureDelays>> | null = null;
  if (deliveries === undefined) await measureAll();
  else delays = await measureDelays(deliveries, measureAll);
  if (options.json) process.stdout.write(`${JSON.stringify({ reads: timesByKind(results), delays })}\n`);
  const [cpu] = cpus();
  write(
    `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
  );
  printTable(results);
  printSlow(results);
} finally {
  await deliveries?.close();
  await services.close();
  await database.close();
}
