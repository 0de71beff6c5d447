import { setTimeout as sleep } from 'node:timers/promises';
import { createFaultProxy, type FaultProxy } from '@tocsin/testkit';
import { percentilesOf } from '../../harness/cases/alternate.ts';
import type { MeasuredCase } from '../../harness/cases/case.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import type { RedisServer } from '../../harness/system/redis-server.ts';
import { delaysOf, notDelivered } from '../../harness/verdict/tally.ts';
import { openScenario, openStorage } from '../scenario.ts';
import { busyMachine } from '../verdict/busy.ts';

const DESTINATIONS = ['one', 'two', 'three'];
const LOSSES = ['postgres', 'status-service', 'redis'] as const;

/** One worker of two loses what it needs, and the other has it still: first silently, then with connections refused. */
export const LONE_WORKER: MeasuredCase = {
  name: 'lone-worker',
  isTimed: true,
  about: 'one worker of two loses Postgres, the status service, Redis in turn, 40 s each',
  claims: LOSSES.map((part) => ({
    ...{ id: 'G16', part, unit: '×', target: 1.5 },
    promise: 'p99 from accept to delivery, and nothing lost',
  })),
  async run(context) {
    const { isShort, say } = context;
    const storage = await openStorage(context, 'redis');
    const proxies = new Map<(typeof LOSSES)[number], FaultProxy>();
    const proxied = async (name: (typeof LOSSES)[number], target: string) => {
      const proxy = await context.keep(createFaultProxy({ target }), (one) => one.close());
      proxies.set(name, proxy);
      return proxy.url.replace(/\/$/, '');
    };
    const scenario = await openScenario(context, 'redis', {
      ...{ storage, workers: 2 },
      envOf: async (statusUrl) => ({
        'delivery-worker-2': {
          DATABASE_URL: await proxied('postgres', storage.postgres.url),
          REDIS_URL: await proxied('redis', (storage.redis as RedisServer).url),
          TOCSIN_STATUS_URL: await proxied('status-service', statusUrl),
        },
      }),
    });
    for (const one of DESTINATIONS) await scenario.add(one);
    const stream = scenario.load({ perSecond: 20 });
    const windows: { name: string; from: number; to: number }[] = [];
    const watch = async (name: string, seconds: number) => {
      const from = monotonicMs();
      await sleep(seconds * 1_000);
      windows.push({ name, from, to: monotonicMs() });
    };
    await sleep(isShort ? 2_000 : 10_000);
    for (const loss of LOSSES) {
      await watch(`without ${loss}`, isShort ? 3 : 15);
      const proxy = proxies.get(loss);
      const from = monotonicMs();
      await proxy?.hang();
      await sleep(isShort ? 3_000 : 20_000);
      await proxy?.refuse();
      await sleep(isShort ? 3_000 : 20_000);
      windows.push({ name: loss, from, to: monotonicMs() });
      await proxy?.pass();
      // Until the worker takes jobs again.
      await scenario.installation.process('delivery-worker-2').ready();
      await sleep(isShort ? 1_000 : 5_000);
    }
    await stream.stop();
    const tally = await scenario.settle(stream.sent, DESTINATIONS);
    const delays = delaysOf(stream.sent, DESTINATIONS, scenario.receivers.arrivals);
    const within = (name: string) => {
      const { from = 0, to = 0 } = windows.find((one) => one.name === name) ?? {};
      const those = delays.filter(({ sentAt }) => sentAt >= from && sentAt < to);
      return percentilesOf(those.map(({ acceptToDeliveryMs }) => acceptToDeliveryMs));
    };
    return LOSSES.map((loss) => {
      const [quiet, struck] = [within(`without ${loss}`), within(loss)];
      say(
        `${loss}: p99 ${quiet.p99.toFixed(0)} ms before, ${struck.p99.toFixed(0)} ms during, at most ${struck.max.toFixed(0)}`,
      );
      return {
        ...{ figure: struck.p99 / quiet.p99, struck: struck.count, struckMin: isShort ? 100 : 1_500 },
        broken: [...notDelivered(tally), ...busyMachine(quiet.p99, isShort)],
        detail: { quiet, struck, second: tally.second.length },
      };
    });
  },
};
