import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MeasuredCase } from '../../harness/cases/case.ts';
import { notDelivered } from '../../harness/verdict/tally.ts';
import { openScenario } from '../scenario.ts';

const RETRY = { maxRetries: 10, baseDelayMs: 2_000, factor: 2, maxDelayMs: 60_000 };
/** The delays before the two retries, each less the jitter of 20 %. */
const LEAST_MS = [1_600, 3_200];
/** A job's lock lasts 10 s. */
const FREEZE_MS = 30_000;

/** Where Debian's package has it. */
function findFakeTime(): string | null {
  for (const root of ['/usr/lib', '/usr/local/lib', '/opt/homebrew/lib']) {
    const triplets = existsSync(root) ? readdirSync(root) : [];
    for (const folder of ['', ...triplets]) {
      const file = path.join(root, folder, 'faketime/libfaketime.so.1');
      if (existsSync(file)) return file;
    }
  }
  return null;
}

function skewCase(skewed: 'delivery-worker' | 'ingest-api', offset: '+1h' | '-1h'): MeasuredCase {
  const part = `${skewed}${offset}`;
  return {
    name: `clock-${part}`,
    about: `the clock of ${skewed} is ${offset === '+1h' ? 'an hour ahead' : 'an hour behind'}`,
    obstacle: () =>
      findFakeTime() === null ? 'libfaketime is not installed (Debian: apt-get install libfaketime)' : null,
    claims: [
      {
        ...{ id: 'G14', part, unit: 'early', target: 0 },
        promise: 'no attempt before its time, and every alert delivered',
      },
    ],
    async run(context) {
      const { isShort } = context;
      const fake = {
        ...{ LD_PRELOAD: findFakeTime() ?? '', FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' },
        DONT_FAKE_MONOTONIC: '1',
      };
      const scenario = await openScenario(context, 'redis', { envOf: async () => ({ [skewed]: fake }) });
      const { receivers } = scenario;
      await scenario.add('failing', { retry: RETRY });
      await scenario.add('healthy');
      receivers.behave('failing', { kind: 'script', statuses: [500, 500] });
      const stream = scenario.load({ perSecond: 5 });
      await sleep(isShort ? 3_000 : 12_000);
      await stream.stop();
      const tally = await scenario.settle(stream.sent, ['failing', 'healthy'], 60_000);
      const byId = Map.groupBy(receivers.arrivals, ({ webhookId }) => webhookId);
      const gaps = [...byId.values()].flatMap((posts) =>
        posts.slice(1).map(({ at }, n) => ({ n, ms: at - (posts[n]?.answeredAt ?? at) })),
      );
      const early = gaps.filter(({ n, ms }) => ms < (LEAST_MS[n] ?? 0)).length;
      return [
        {
          ...{ figure: early, struck: gaps.length, struckMin: isShort ? 10 : 100 },
          broken: notDelivered(tally),
          detail: { retries: gaps.length, shortestMs: Math.min(...gaps.map(({ ms }) => ms)) },
        },
      ];
    },
  };
}

const FROZEN: MeasuredCase = {
  name: 'frozen-worker',
  about: 'one of two workers is frozen for three lock times',
  claims: [
    {
      ...{ id: 'G14', part: 'frozen-worker', unit: 'extra POSTs', target: 1 },
      promise: 'at most one more POST of a delivery for each freeze, and every alert delivered',
    },
  ],
  async run(context) {
    const { isShort, random, say } = context;
    const scenario = await openScenario(context, 'redis', { workers: 2 });
    const { receivers, installation } = scenario;
    const destinations = ['one', 'two', 'three'];
    for (const one of destinations) {
      await scenario.add(one);
      receivers.behave(one, { kind: 'answer', afterMs: 1_000 });
    }
    const stream = scenario.load({ perSecond: 8 });
    const frozen = installation.process('delivery-worker-2');
    const freezes = isShort ? 1 : 2;
    for (let n = 0; n < freezes; n += 1) {
      await sleep(random.between(2_000, 4_000));
      frozen.signal('SIGSTOP');
      await sleep(isShort ? 12_000 : FREEZE_MS);
      frozen.signal('SIGCONT');
    }
    await sleep(5_000);
    await stream.stop();
    const tally = await scenario.settle(stream.sent, destinations);
    const extra = new Map<string, number>();
    for (const { webhookId } of tally.second) extra.set(webhookId, (extra.get(webhookId) ?? 0) + 1);
    const most = Math.max(0, ...extra.values());
    say(`${extra.size} deliveries were POSTed again, at most ${most} times`);
    return [
      {
        ...{ figure: most / freezes, struck: extra.size, struckMin: 1 },
        broken: notDelivered(tally),
        detail: { again: extra.size, second: tally.second.length, freezes },
      },
    ];
  },
};

export const CLOCKS: readonly MeasuredCase[] = [
  ...(['delivery-worker', 'ingest-api'] as const).flatMap((skewed) => [
    skewCase(skewed, '+1h'),
    skewCase(skewed, '-1h'),
  ]),
  FROZEN,
];
