import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { connectDatabase, databaseProblem } from '@tocsin/store';
import { insertAlerts, rowBytesOf } from './insert-alerts.ts';
import { type Request, type ThreadAnswer, type ThreadOptions, toRefusal } from './large-bodies-messages.ts';
import type { PreparedAlert } from './prepare-alert.ts';
import { createRestedTurns } from './rested-turns.ts';
import { takeAlerts } from './take-alerts.ts';

/** The thread that `large-bodies.ts` starts. */
const { databaseUrl, publicUrl } = workerData as ThreadOptions;
const port = parentPort as NonNullable<typeof parentPort>;

// On Linux each thread has its own; elsewhere this would set the process's.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const database = connectDatabase({
  databaseUrl,
  poolMax: 2,
  applicationName: 'tocsin ingest-api large bodies',
  queryTimeoutMs: 10_000,
  // The main thread logs an outage of the database.
  log: { warn: () => undefined },
});

/** Alerts of this size on average are few and large, and cost the database more than their number says. */
const LARGE_ALERT_BYTES = 16 * 1024;
const restedTurns = createRestedTurns();
const isLarge = (alerts: PreparedAlert[]) => rowBytesOf(alerts) > LARGE_ALERT_BYTES * alerts.length;

async function answer({ id, bytes, isGzip, contentType, isOwn, isBeside }: Request): Promise<ThreadAnswer> {
  let lookedAt = 0;
  try {
    const body = { bytes: Buffer.from(bytes.buffer), isGzip, contentType };
    const taken = await takeAlerts(body, {
      ...{ publicUrl, isOwn },
      insert: (alerts) =>
        isBeside && isLarge(alerts)
          ? restedTurns((pace) => insertAlerts(database, alerts, pace))
          : insertAlerts(database, alerts),
      lookedAt: (count) => {
        lookedAt = count;
      },
    });
    return { id, lookedAt, kind: 'taken', taken };
  } catch (error) {
    return { id, lookedAt, ...toRefusal(databaseProblem(error) ?? error) };
  }
}

port.on('message', async (message: Request | 'close') => {
  if (message !== 'close') return port.postMessage(await answer(message));
  await database.close();
  port.close();
});
