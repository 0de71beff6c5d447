import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFaultProxy, waitFor } from '@tocsin/testkit';
import type { Backend, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { startAlertStream } from '../../harness/load/alert-stream.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import { startReceivers } from '../../harness/receivers/receivers.ts';
import { startInstallation } from '../../harness/system/installation.ts';
import { notDelivered, tally } from '../../harness/verdict/tally.ts';
import { openScenario, openStorage } from '../scenario.ts';

const UP_MS_MAX = 60_000;
const TARGET = { unit: 's', target: 10 } as const;

/** Services start without Postgres or Redis, and it comes half a minute later. */
function absentCase(absent: 'postgres' | 'redis', backend: Backend): MeasuredCase {
  return {
    name: `starts-without-${absent}-${backend}`,
    about: `services are started in any order, and ${absent} is absent for the first 30 s (queues on ${backend})`,
    claims: [
      {
        ...{ id: 'G15', part: `without-${absent}-${backend}`, ...TARGET },
        promise: 'after it is there, all are up and deliver by themselves; nothing is lost',
      },
    ],
    async run(context) {
      const { isShort, random, say } = context;
      const storage = await openStorage(context, backend);
      const target = absent === 'postgres' ? storage.postgres.url : (storage.redis?.url ?? '');
      const proxy = await context.keep(createFaultProxy({ target }), (one) => one.close());
      const scenario = await openScenario(context, backend, {
        storage,
        ...(absent === 'postgres' ? { databaseUrl: proxy.url } : { redisUrl: proxy.url }),
      });
      await scenario.add('one');
      const stream = scenario.load({ perSecond: 10, isPersistent: true });
      await sleep(1_000);
      const { processes } = scenario.installation;
      await Promise.all(processes.map((one) => one.kill()));
      await proxy.refuse();
      for (const one of random.shuffled(processes)) {
        await one.start();
        await sleep(random.between(0, 500));
      }
      const begin = monotonicMs();
      await sleep(isShort ? 15_000 : 30_000);
      await proxy.pass();
      const back = monotonicMs();
      const isFresh = (id: string) =>
        stream.sent.some(({ alertId, sentAt }) => alertId === id && sentAt > begin);
      await Promise.all(processes.map((one) => one.ready()));
      await waitFor(
        () => scenario.receivers.arrivals.some(({ at, alertId }) => at > back && isFresh(alertId)),
        { timeoutMs: UP_MS_MAX, describe: 'a delivery' },
      );
      const seconds = (monotonicMs() - back) / 1_000;
      await stream.stop();
      const count = await scenario.settle(stream.sent, ['one']);
      say(`up after ${seconds.toFixed(1)} s`);
      return [
        {
          ...{ figure: seconds, struck: 1, struckMin: 1 },
          broken: notDelivered(count),
        },
      ];
    },
  };
}

/** The first process of the Postgres that `tocsin up` has started, by the folder that its log names. */
function ownPostgresPid(log: string): number {
  const lines = log.split('\n').filter((line) => line.startsWith('{'));
  const started = lines
    .map((line) => JSON.parse(line) as { event?: string; dataDir?: string })
    .find(({ event }) => event === 'embedded_postgres.started');
  const file = path.join(started?.dataDir ?? '', 'postgres/postmaster.pid');
  return Number(readFileSync(file, 'utf8').split('\n')[0]);
}

const OWN_POSTGRES: MeasuredCase = {
  name: 'own-postgres-killed',
  about: 'kill -9 of the Postgres that `tocsin up` has started itself',
  claims: [
    {
      ...{ id: 'G15', part: 'own-postgres', ...TARGET },
      promise: 'it is started again, and alerts are delivered; nothing is lost',
    },
  ],
  async run(context) {
    const { isShort, random, say } = context;
    const receivers = await context.keep(startReceivers(), (one) => one.close());
    const installation = await context.keep(
      startInstallation({
        ...{ databaseUrl: null, redisUrl: null },
        envOf: async () => ({ tocsin: { LOG_LEVEL: 'info' } }),
      }),
      async (one) => {
        // In good order: its Postgres outlives a kill.
        await one.processes[0]?.terminate();
        await one.close();
      },
    );
    await installation.addDestination('one', receivers.urlOf('one'));
    const next = createAlertMix(random, 'own');
    const stream = await context.keep(
      Promise.resolve(
        startAlertStream({ url: installation.urls.ingest, perSecond: 10, next, isPersistent: true }),
      ),
      async (one) => one.abandon(),
    );
    const log = installation.processes[0]?.output() ?? '';
    const pid = () => ownPostgresPid(log);
    const times: number[] = [];
    for (let n = 0; n < (isShort ? 1 : 5); n += 1) {
      await sleep(random.between(2_000, 4_000));
      const at = monotonicMs();
      process.kill(pid(), 'SIGKILL');
      const isFresh = (id: string) =>
        stream.sent.some(
          ({ alertId, acceptedAt }) => alertId === id && acceptedAt !== null && acceptedAt > at + 500,
        );
      await waitFor(() => receivers.arrivals.some((one) => one.at > at && isFresh(one.alertId)), {
        ...{ timeoutMs: UP_MS_MAX, describe: 'a delivery' },
      });
      times.push((monotonicMs() - at) / 1_000);
    }
    await stream.stop();
    const count = () => tally(stream.sent, ['one'], receivers.arrivals);
    await waitFor(() => count().undelivered === 0, { timeoutMs: UP_MS_MAX }).catch(() => undefined);
    say(`delivers after ${times.map((one) => one.toFixed(1)).join(', ')} s`);
    return [
      {
        ...{ figure: Math.max(...times), struck: times.length, struckMin: times.length },
        broken: notDelivered(count()),
        detail: { times },
      },
    ];
  },
};

export const STARTS: readonly MeasuredCase[] = [
  absentCase('postgres', 'redis'),
  absentCase('redis', 'redis'),
  absentCase('postgres', 'postgres'),
  OWN_POSTGRES,
];
