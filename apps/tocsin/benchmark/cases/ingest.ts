import path from 'node:path';
import { startProcess } from '@tocsin/testkit';
import autocannon from 'autocannon';
import { alternate, median } from '../../harness/cases/alternate.ts';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { sendBatches } from '../../harness/load/send-batches.ts';
import { ADMIN_KEY } from '../../harness/service-settings.ts';
import { type BareRun, runBare } from '../bare/run-bare.ts';
import { openScene, type Scene, UNLIMITED } from '../scene/scene.ts';

const BATCH = 500;
/** What ingest writes for an alert. */
const TABLES = ['alerts', 'alert_ids', 'alert_outbox'];
const BATCH_CONNECTIONS = 4;
const SINGLE_CONNECTIONS = 64;

/** Sends the same body again and again; ingest gives each alert an id of its own. @returns requests answered 2xx a second */
async function requestsPerSecond(url: string, body: string, connections: number, seconds: number) {
  const result = await autocannon({
    ...{ url: `${url}/v1/alerts`, method: 'POST', body, connections, duration: seconds },
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
  });
  if (result.non2xx + result.errors > 0) {
    const statuses = JSON.stringify(result.statusCodeStats);
    throw new Error(`it was answered ${statuses}, and ${result.errors} times not at all`);
  }
  return result['2xx'] / result.duration;
}

function bodyOf(context: CaseContext, alerts: number): string {
  const next = createAlertMix(context.random, 'ingest');
  const list = Array.from({ length: alerts }, () => ({ ...next(), alertId: undefined }));
  return JSON.stringify(alerts === 1 ? list[0] : list);
}

async function openIngest(context: CaseContext): Promise<Scene> {
  // Without a router, so that it is ingest alone that is measured.
  return openScene(context, 'redis', { services: ['control-api', 'ingest-api'], env: () => UNLIMITED });
}

async function runBatches(context: CaseContext): Promise<Measured[]> {
  const [rounds, seconds] = context.isShort ? [1, 5] : [3, 10];
  const { postgres, installation } = await openIngest(context);
  const body = bodyOf(context, BATCH);
  const accept = (duration: number) =>
    requestsPerSecond(installation.urls.ingest, body, BATCH_CONNECTIONS, duration);
  // What the bare inserts copy is there before them.
  await sendBatches(installation, createAlertMix(context.random, 'first'), context.isShort ? BATCH : 20_000);
  const pairs = await alternate(
    rounds,
    async () => {
      const options = {
        ...{ databaseUrl: postgres.url, tables: TABLES, rowsMax: 20_000, batch: BATCH },
        connections: BATCH_CONNECTIONS,
      };
      const { count, ms } = await runBare<BareRun>('inserts', options, context.signal);
      return (1_000 * count) / ms;
    },
    async () => BATCH * (await accept(seconds)),
  );
  const [bare, accepted] = [median(pairs.quiet), median(pairs.struck)];
  context.say(`${Math.round(accepted)} alerts/s accepted, ${Math.round(bare)} rows/s by bare inserts`);
  return [{ figure: (100 * accepted) / bare, detail: { accepted: pairs.struck, bare: pairs.quiet } }];
}

async function runSingles(context: CaseContext): Promise<Measured[]> {
  const [rounds, seconds] = context.isShort ? [1, 2] : [3, 10];
  const { installation } = await openIngest(context);
  const express = await context.keep(
    startProcess({ entry: path.resolve(import.meta.dirname, '../bare/express-server.ts') }),
    (one) => one.kill('SIGKILL'),
  );
  await express.printed(/port \d+/);
  const expressUrl = `http://127.0.0.1:${/port (\d+)/.exec(express.stdout())?.[1]}`;
  const body = bodyOf(context, 1);
  const accept = (url: string) => requestsPerSecond(url, body, SINGLE_CONNECTIONS, seconds);
  await accept(installation.urls.ingest);
  const pairs = await alternate(
    rounds,
    () => accept(expressUrl),
    () => accept(installation.urls.ingest),
  );
  const [bare, accepted] = [median(pairs.quiet), median(pairs.struck)];
  context.say(`${Math.round(accepted)} alerts/s accepted, ${Math.round(bare)} requests/s by Express alone`);
  return [{ figure: (100 * accepted) / bare, detail: { accepted: pairs.struck, bare: pairs.quiet } }];
}

export const INGEST: readonly MeasuredCase[] = [
  {
    name: 'ingest-batches',
    about: `batches of ${BATCH} alerts, against bare inserts of the same rows`,
    isTimed: true,
    claims: [
      {
        ...{ id: 'S2', part: 'batches', unit: '%', target: 50, isLeast: true },
        promise: 'alerts that ingest stores a second, against bare inserts of the same rows',
      },
    ],
    run: runBatches,
  },
  {
    name: 'ingest-singles',
    about: `single alerts over ${SINGLE_CONNECTIONS} connections, against Express that answers 202`,
    isTimed: true,
    claims: [
      {
        ...{ id: 'S3', part: 'singles', unit: '%', target: 40, isLeast: true },
        promise: 'single alerts that ingest accepts a second, against Express with the body parsed',
      },
    ],
    run: runSingles,
  },
];
