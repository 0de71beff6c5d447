import { setTimeout as sleep } from 'node:timers/promises';
import { percentile, waitFor } from '@tocsin/testkit';
import type { MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { sendBatches } from '../../harness/load/send-batches.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import type { RedisServer } from '../../harness/system/redis-server.ts';
import { notDelivered } from '../../harness/verdict/tally.ts';
import { openScenario } from '../scenario.ts';
import { busyMachine } from '../verdict/busy.ts';

const DESTINATIONS = ['one', 'two'];
const P99_MS_MAX = 50;
const BACK_MS_MAX = 120_000;

/** Ingest goes on while Redis does not answer. */
function absenceCase(part: string, about: string, seconds: number, isSilent: boolean): MeasuredCase {
  return {
    name: `redis-absence-${part}`,
    isTimed: true,
    about,
    claims: [
      {
        ...{ id: 'G9', part, unit: 'ms', target: P99_MS_MAX },
        promise: 'every alert is answered 202, p99 as said, and delivered afterwards',
      },
    ],
    async run(context) {
      const scenario = await openScenario(context, 'redis');
      const redis = scenario.redis as RedisServer;
      for (const one of DESTINATIONS) await scenario.add(one);
      const stream = scenario.load({ perSecond: 40 });
      const warmMs = context.isShort ? 500 : 4_000;
      await sleep(warmMs);
      const warm = monotonicMs();
      await sleep(2 * warmMs);
      if (isSilent) process.kill(redis.pid(), 'SIGSTOP');
      else await redis.kill();
      const from = monotonicMs();
      await sleep(context.isShort ? 4_000 : seconds * 1_000);
      const until = monotonicMs();
      if (isSilent) process.kill(redis.pid(), 'SIGCONT');
      else await redis.start();
      await sleep(1_000);
      await stream.stop();
      const during = stream.sent.filter(({ sentAt }) => sentAt >= from && sentAt < until);
      const refused = during.filter(({ acceptedAt }) => acceptedAt === null).length;
      const tally = await scenario.settle(stream.sent, DESTINATIONS);
      const before = percentile(
        stream.sent
          .filter(({ sentAt }) => sentAt >= warm && sentAt < from)
          .flatMap(({ ingestMs }) => ingestMs),
        0.99,
      );
      return [
        {
          figure: percentile(
            during.flatMap(({ ingestMs }) => ingestMs),
            0.99,
          ),
          ...{ struck: during.length, struckMin: context.isShort ? 100 : seconds * 30 },
          broken: [
            ...busyMachine(before, context.isShort, P99_MS_MAX),
            ...(refused > 0 ? [`${refused} alerts were not answered 202`] : []),
            ...notDelivered(tally),
          ],
          detail: { sent: during.length, before, second: tally.second.length },
        },
      ];
    },
  };
}

/** BullMQ keeps the jobs of a queue in these keys. */
async function countJobs(redis: RedisServer): Promise<number> {
  const key = (name: string) => `{tocsin:0}:deliveries-0:${name}`;
  const counts = await redis.ask((client) =>
    Promise.all([
      ...[client.llen(key('wait')), client.llen(key('paused')), client.llen(key('active'))],
      ...[client.zcard(key('prioritized')), client.zcard(key('delayed'))],
    ]),
  );
  return counts.reduce((sum, one) => sum + one, 0);
}

const EMPTIED: MeasuredCase = {
  name: 'redis-emptied',
  about: 'Redis is emptied with 100,000 deliveries due',
  claims: [
    {
      ...{ id: 'G10', part: 'redis', unit: 's', target: 60 },
      promise: 'as many as their limits allow are back in the queues',
    },
  ],
  async run(context) {
    const { isShort, random, say } = context;
    const [destinations, alerts] = isShort ? [20, 50] : [400, 250];
    const scenario = await openScenario(context, 'redis');
    const redis = scenario.redis as RedisServer;
    // Nothing is to be delivered, so that what is due stays the same.
    await scenario.installation.process('delivery-worker').kill();
    for (let n = 0; n < destinations; n += 1) await scenario.add(`due-${n}`);
    await sendBatches(scenario.installation, createAlertMix(random, 'due'), alerts);
    const due = async () => {
      const [row] = await scenario.postgres.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM deliveries WHERE status = 'pending'",
      );
      return row?.count ?? 0;
    };
    await waitFor(async () => (await due()) >= destinations * alerts, {
      ...{ timeoutMs: 300_000, intervalMs: 500, describe: 'the deliveries to be there' },
    });
    let before = 0;
    await waitFor(
      async () => {
        const last = before;
        before = await countJobs(redis);
        return before > 0 && before === last;
      },
      { timeoutMs: 120_000, intervalMs: 1_500, describe: 'the queues to be filled' },
    );
    const from = monotonicMs();
    await redis.ask((client) => client.flushall());
    await waitFor(async () => (await countJobs(redis)) >= before, {
      ...{ timeoutMs: BACK_MS_MAX, intervalMs: 100 },
    }).catch(() => undefined);
    const seconds = (monotonicMs() - from) / 1_000;
    const after = await countJobs(redis);
    say(`${await due()} due, ${before} jobs before, ${after} after ${seconds.toFixed(1)} s`);
    return [
      {
        figure: after >= before ? seconds : Number.POSITIVE_INFINITY,
        ...{ struck: await due(), struckMin: destinations * alerts },
        detail: { before, after },
      },
    ];
  },
};

export const REDIS_ABSENCE: readonly MeasuredCase[] = [
  absenceCase('refused', 'Redis is down for 60 s under load', 60, false),
  absenceCase('silent', 'Redis is frozen for 30 s under load', 30, true),
  EMPTIED,
];
