import { setTimeout as sleep } from 'node:timers/promises';
import { createFaultProxy, percentile, waitFor } from '@tocsin/testkit';
import type { Backend, MeasuredCase } from '../../harness/cases/case.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import type { RedisServer } from '../../harness/system/redis-server.ts';
import { notDelivered } from '../../harness/verdict/tally.ts';
import { openScenario, openStorage } from '../scenario.ts';

const BACKENDS = ['redis', 'postgres'] as const;
const DESTINATIONS = ['one', 'two', 'three'];
/** So that a kill meets several POSTs. */
const ANSWER_MS = 1_000;
const RETRY = { maxRetries: 10, baseDelayMs: 20, factor: 1, maxDelayMs: 20 };
const ATTEMPTS = 11;
const KILLS_OF_ONE = 5;
const LONG_MS = 60_000;

const killedIn = (backend: Backend) => (backend === 'redis' ? 'delivery-worker' : 'tocsin');

function workerKilled(backend: Backend): MeasuredCase {
  return {
    name: `killed-worker-${backend}`,
    about:
      backend === 'redis'
        ? 'kill -9 of one of two workers, started again at once'
        : 'kill -9 of the one process, started again at once',
    claims: [
      {
        ...{ id: 'G8', part: `worker-${backend}`, unit: 's', target: 15 },
        promise: 'what it was about to deliver is POSTed again, p99',
      },
    ],
    async run(context) {
      const { isShort, random, say } = context;
      const scenario = await openScenario(context, backend, { workers: 2 });
      const { installation, receivers } = scenario;
      for (const one of DESTINATIONS) {
        await scenario.add(one);
        receivers.behave(one, { kind: 'answer', afterMs: ANSWER_MS });
      }
      const stream = scenario.load({ perSecond: 8, isPersistent: true });
      const killed = installation.process(killedIn(backend));
      const kills: number[] = [];
      for (let n = 0; n < (isShort ? 1 : 8); n += 1) {
        await sleep(random.between(2_500, 6_000));
        kills.push(monotonicMs());
        await killed.kill();
        await killed.start();
        await killed.ready();
      }
      await stream.stop();
      const tally = await scenario.settle(stream.sent, DESTINATIONS);
      const delays = kills.flatMap((at) =>
        receivers.arrivals
          .filter(({ brokenAt }) => brokenAt !== null && brokenAt >= at && brokenAt < at + ANSWER_MS)
          .map(({ webhookId }) => {
            const next = receivers.arrivals.find((one) => one.webhookId === webhookId && one.at > at);
            return ((next?.at ?? Number.POSITIVE_INFINITY) - at) / 1_000;
          }),
      );
      const p50 = percentile(delays, 0.5);
      say(
        `${delays.length} POSTs were under way in ${kills.length} kills; again after ${p50.toFixed(1)} s at p50`,
      );
      return [
        {
          ...{ figure: percentile(delays, 0.99), struck: delays.length, struckMin: kills.length * 3 },
          broken: notDelivered(tally),
          detail: { kills: kills.length, p50, max: percentile(delays, 1) },
        },
      ];
    },
  };
}

/** How long after Redis is back the first alert that was accepted meanwhile is POSTed. */
function afterOutage(part: 'clean' | 'dead-sockets', about: string, target: number): MeasuredCase {
  return {
    name: `redis-back-${part}`,
    isTimed: true,
    about,
    claims: [{ id: 'G8', part, unit: 's', target, promise: 'the first POST of what was accepted meanwhile' }],
    async run(context) {
      const { isShort, random, say } = context;
      const storage = await openStorage(context, 'redis');
      const redis = storage.redis as RedisServer;
      const proxy = await context.keep(createFaultProxy({ target: redis.url }), (one) => one.close());
      const scenario = await openScenario(context, 'redis', { storage, redisUrl: proxy.url });
      await scenario.add('one');
      const stream = scenario.load({ perSecond: 20, isPersistent: true });
      const times: number[] = [];
      for (let n = 0; n < (isShort ? 1 : 4); n += 1) {
        await sleep(random.between(3_000, 5_000));
        const begin = monotonicMs();
        if (part === 'clean') {
          await redis.kill('SIGTERM');
          await sleep(isShort ? 3_000 : 10_000);
          await redis.start();
        } else {
          await proxy.strand();
        }
        const back = monotonicMs();
        const since = new Set<string>();
        await waitFor(
          () => {
            for (const { alertId, sentAt } of stream.sent) if (sentAt > begin) since.add(alertId);
            return scenario.receivers.arrivals.some(({ at, alertId }) => at > back && since.has(alertId));
          },
          { timeoutMs: LONG_MS, intervalMs: 50 },
        ).catch(() => undefined);
        const first = scenario.receivers.arrivals.find(({ at, alertId }) => at > back && since.has(alertId));
        times.push(((first?.at ?? Number.POSITIVE_INFINITY) - back) / 1_000);
      }
      await stream.stop();
      const tally = await scenario.settle(stream.sent, ['one']);
      say(`first POSTs after ${times.map((one) => one.toFixed(2)).join(', ')} s`);
      return [
        {
          ...{ figure: Math.max(...times), struck: times.length, struckMin: times.length },
          broken: notDelivered(tally),
          detail: { times },
        },
      ];
    },
  };
}

function fiveKills(backend: Backend): MeasuredCase {
  return {
    name: `five-kills-${backend}`,
    about: 'the process that makes one delivery is killed five times during its POST',
    claims: [
      {
        ...{ id: 'G8', part: `five-kills-${backend}`, unit: 'attempts', target: ATTEMPTS, isLeast: true },
        promise: 'the delivery still has its eleven attempts, and no more',
      },
    ],
    async run(context) {
      const scenario = await openScenario(context, backend);
      const { installation, receivers, postgres } = scenario;
      await scenario.add('one', { retry: RETRY });
      receivers.behave('one', { kind: 'hang' });
      const stream = scenario.load({ perSecond: 1, isPersistent: true });
      await waitFor(() => stream.sent.length > 0, { timeoutMs: LONG_MS });
      await stream.stop();
      const killed = installation.process(killedIn(backend));
      const kills = context.isShort ? 1 : KILLS_OF_ONE;
      for (let n = 1; n <= kills; n += 1) {
        await waitFor(() => receivers.arrivals.length >= n, {
          ...{ timeoutMs: LONG_MS, describe: () => `POST ${n} after ${n - 1} kills` },
        });
        await killed.kill();
        await killed.start();
      }
      await waitFor(() => receivers.arrivals.length > kills, { timeoutMs: LONG_MS });
      receivers.behave('one', { kind: 'answer', status: 500 });
      const read = () =>
        postgres.query<{ status: string; recorded: number }>(
          `SELECT d.status, count(a.number)::int AS recorded FROM deliveries d
           LEFT JOIN attempts a ON a.delivery_id = d.id WHERE d.trigger = 'auto' GROUP BY d.id, d.status`,
        );
      await waitFor(async () => (await read()).every(({ status }) => status === 'failed'), {
        timeoutMs: 2 * LONG_MS,
      }).catch(() => undefined);
      const [row] = await read();
      const posts = receivers.arrivals.length;
      return [
        {
          ...{ figure: row?.recorded ?? 0, struck: kills, struckMin: kills },
          broken: [
            ...(row?.status === 'failed' ? [] : [`the delivery is ${row?.status}`]),
            ...(posts === ATTEMPTS + kills ? [] : [`${posts} POSTs in place of ${ATTEMPTS + kills}`]),
          ],
          detail: { posts },
        },
      ];
    },
  };
}

export const RECOVERY: readonly MeasuredCase[] = [
  ...BACKENDS.map(workerKilled),
  afterOutage('clean', 'Redis is stopped in good order for 10 s', 2),
  afterOutage('dead-sockets', 'every connection to Redis falls silent; new ones work', 15),
  ...BACKENDS.map(fiveKills),
];
