/**
 * How many alerts a second one process accepts, and how many deliveries a second it makes, on both backends.
 * `pnpm benchmark` runs it: embedded Postgres, a redis-server of its own, receivers in this process that answer at once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { createReceiver, provideRedis, startProcess, waitFor } from '@tocsin/testkit';

const ALERTS = 10_000;
const BATCH = 500;
const FAN_OUT = 3;
const ADMIN_KEY = 'tcs_speed_0123456789abcdefghijklmnopqrstuv';
const ENTRY = path.resolve(import.meta.dirname, '../dist/main.js');

const say = (line: string) => process.stdout.write(`${line}\n`);

async function api(url: string, where: string, body: unknown): Promise<void> {
  const response = await fetch(`${url}${where}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${where} answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

function batch(run: string, from: number): object[] {
  return Array.from({ length: BATCH }, (_, n) => ({
    alertId: `${run}-${from + n}`,
    id: 'Benchmark.Rule',
    createdAt: '2026-07-01T07:57:12Z',
    severity: 'MEDIUM',
    type: 'RULE',
    title: `Benchmark alert ${from + n}`,
    description: 'x'.repeat(600),
    runbook: 'y'.repeat(300),
    tags: ['benchmark'],
  }));
}

async function measure(name: string, env: Record<string, string>): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tocsin-benchmark-'));
  const receivers = await Promise.all(Array.from({ length: FAN_OUT }, () => createReceiver()));
  const tocsin = await startProcess({
    entry: ENTRY,
    args: ['up', '--port', '0', '--json'],
    env: {
      TOCSIN_DATA_DIR: path.join(dataDir, '.tocsin'),
      TOCSIN_ADMIN_KEY: ADMIN_KEY,
      TOCSIN_EGRESS_ALLOW: '127.0.0.0/8',
      LOG_LEVEL: 'warn',
      ...env,
    },
  });
  try {
    await tocsin.printed(/"url"/, { timeoutMs: 60_000 });
    const { url } = JSON.parse(tocsin.stdout().split('\n')[0] as string) as { url: string };
    for (const [n, receiver] of receivers.entries()) {
      await api(url, '/v1/destinations', { displayName: `receiver ${n}`, url: receiver.url });
    }
    const received = () => receivers.reduce((sum, receiver) => sum + receiver.requests.length, 0);
    await run(url, 'warm-up', BATCH * 2, received);
    const { ingestMs, deliveryMs } = await run(url, 'run', ALERTS, received);
    const rate = (count: number, ms: number) => Math.round(count / (ms / 1000)).toLocaleString('en-US');
    say(
      `${name}: ${rate(ALERTS, ingestMs)} alerts/s in, ${rate(ALERTS * FAN_OUT, deliveryMs)} deliveries/s out`,
    );
  } finally {
    await tocsin.stop({ timeoutMs: 30_000 });
    await Promise.all(receivers.map((receiver) => receiver.close()));
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Ingest until the last 202; delivery from the first request to the last delivery. */
async function run(url: string, name: string, alerts: number, received: () => number) {
  const wanted = received() + alerts * FAN_OUT;
  const start = performance.now();
  for (let from = 0; from < alerts; from += BATCH) await api(url, '/v1/alerts', batch(name, from));
  const ingestMs = performance.now() - start;
  await waitFor(() => received() >= wanted, { timeoutMs: 300_000, intervalMs: 5 });
  return { ingestMs, deliveryMs: performance.now() - start };
}

const [cpu] = cpus();
say(
  `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
const redis = await provideRedis();
try {
  for (let round = 1; round <= 3; round += 1) {
    await measure('Postgres alone', {});
    await measure('Postgres and Redis', { REDIS_URL: redis.url });
  }
} finally {
  await redis.close();
}
