import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@tocsin/testkit';
import { type Percentiles, percentilesOf } from '../../harness/cases/alternate.ts';
import type { Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import type { SentAlert } from '../../harness/load/alert-stream.ts';
import { sendBatches } from '../../harness/load/send-batches.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import { delaysOf } from '../../harness/verdict/tally.ts';
import { openScenario, type Scenario } from '../scenario.ts';
import { busyMachine } from '../verdict/busy.ts';

const FRESH = ['fresh-0', 'fresh-1', 'fresh-2'];
const LONG_MS = 600_000;
const HOUR_MS = 3_600_000;

/** The p99 from accept to delivery of fresh alerts while something goes on. */
async function watchFresh(scenario: Scenario, goOn: () => Promise<void>): Promise<Percentiles> {
  const stream = scenario.load({ perSecond: 20, destinations: FRESH });
  await goOn();
  await stream.stop();
  await scenario.settle(stream.sent, FRESH, 60_000);
  const delays = delaysOf(stream.sent, FRESH, scenario.receivers.arrivals);
  return percentilesOf(delays.map(({ acceptToDeliveryMs }) => acceptToDeliveryMs));
}

function ratio(
  quiet: Percentiles,
  struck: Percentiles,
  isShort: boolean,
): Pick<Measured, 'figure' | 'broken' | 'detail'> {
  return {
    figure: struck.p99 / quiet.p99,
    broken: busyMachine(quiet.p99, isShort),
    detail: { quiet, struck },
  };
}

const RETRIES: MeasuredCase = {
  name: 'retry-storm',
  isTimed: true,
  about: '100,000 retries fall due at the same moment',
  claims: [
    { id: 'I3', part: 'redis', unit: '×', target: 2, promise: 'p99 from accept to delivery of fresh alerts' },
  ],
  async run(context) {
    const { isShort, random, say } = context;
    const [destinations, alerts] = isShort ? [10, 100] : [50, 2_200];
    const scenario = await openScenario(context, 'redis');
    const { receivers, postgres } = scenario;
    for (const one of FRESH) await scenario.add(one, { severities: [] });
    const storm = Array.from({ length: destinations }, (_, n) => `storm-${n}`);
    const retry = { maxRetries: 10, baseDelayMs: HOUR_MS, factor: 1, maxDelayMs: HOUR_MS };
    for (const one of storm) await scenario.add(one, { retry });
    await watchFresh(scenario, () => sleep(isShort ? 1_000 : 5_000));
    const quiet = await watchFresh(scenario, () => sleep(isShort ? 3_000 : 15_000));
    // All but every eleventh fail once, which is no outage.
    for (const one of storm) receivers.behave(one, { kind: 'fail-mostly', succeedEvery: 11 });
    const countOf = async (what: string) => {
      const [row] = await postgres.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM deliveries WHERE ${what}`,
      );
      return row?.count ?? 0;
    };
    await sendBatches(scenario.installation, createAlertMix(random, 'storm'), alerts);
    const toStorm = "destination_name LIKE 'storm-%'";
    const areAttempted = async () => (await countOf(`${toStorm} AND attempts > 0`)) === alerts * destinations;
    await waitFor(async () => context.signal.aborted || (await areAttempted()), {
      ...{ timeoutMs: LONG_MS, intervalMs: 1_000, describe: () => 'every first attempt' },
    });
    for (const one of storm) receivers.behave(one, { kind: 'answer' });
    const due = await countOf("status = 'retrying'");
    let left = due;
    // The hour passes in the database alone, but for some seconds, in which this is stored.
    const seconds = isShort ? 3 : 15;
    await postgres.query(
      `UPDATE deliveries SET next_attempt_at = now() + ${seconds} * interval '1 second' WHERE status = 'retrying'`,
    );
    await postgres.query('UPDATE destination_health SET next_due_at = NULL');
    const struck = await watchFresh(scenario, async () => {
      await sleep(seconds * 1_000 + (isShort ? 2_000 : 30_000));
      left = await countOf("status = 'retrying'");
    });
    say(
      `${due} retries due at once, ${due - left} of them made meanwhile; p99 ${quiet.p99.toFixed(0)} ms before, ${struck.p99.toFixed(0)} ms during`,
    );
    return [{ ...ratio(quiet, struck, isShort), struck: due, struckMin: isShort ? 500 : 90_000 }];
  },
};

/** How many of a destination's alerts were still to come when each of these was accepted. */
function backlogAt(accepted: readonly SentAlert[], arrivedAt: readonly number[], total: number): number[] {
  return accepted.map(({ acceptedAt }) => total - arrivedAt.filter((at) => at < (acceptedAt ?? 0)).length);
}

const BACKLOG: MeasuredCase = {
  name: 'backlog',
  isTimed: true,
  about:
    'CRITICAL alerts behind 50,000 INFO alerts for the same destination; then 16 callers read every list and all of that is resent',
  claims: [
    {
      id: 'I4',
      part: 'redis',
      unit: 'ms',
      target: 1_000,
      promise: 'p99 of CRITICAL alerts from accept to delivery',
    },
    {
      id: 'I7',
      part: 'readers',
      unit: '×',
      target: 1.5,
      promise: 'p99 of fresh alerts beside 16 readers of every list',
    },
    {
      id: 'I7',
      part: 'bulk-resend',
      unit: '×',
      target: 1.5,
      promise: 'p99 of fresh alerts beside a bulk resend of 50,000',
    },
  ],
  async run(context) {
    const { isShort, random, say } = context;
    const total = isShort ? 500 : 50_000;
    const scenario = await openScenario(context, 'redis');
    const { receivers, installation } = scenario;
    const backlogId = await scenario.add('backlog');
    for (const one of FRESH) await scenario.add(one, { severities: [] });
    receivers.behave('backlog', { kind: 'answer', afterMs: 20 });
    const info = createAlertMix(random, 'info', { severity: 'INFO', destinations: ['backlog'] });
    await sendBatches(installation, info, total);
    const stream = scenario.load({ perSecond: 10, severity: 'CRITICAL', destinations: ['backlog'] });
    await sleep(isShort ? 2_000 : 20_000);
    await stream.stop();
    await scenario.settle(stream.sent, ['backlog']);
    const arrived = receivers.arrivals.filter(({ destination }) => destination === 'backlog');
    const arrivedAt = arrived.filter(({ alertId }) => alertId.startsWith('info')).map(({ at }) => at);
    const behind = backlogAt(stream.sent, arrivedAt, total);
    const urgent = stream.sent.filter((_, n) => (behind[n] ?? 0) > (isShort ? 0 : 1_000));
    const critical = percentilesOf(
      delaysOf(urgent, ['backlog'], receivers.arrivals).map(({ acceptToDeliveryMs }) => acceptToDeliveryMs),
    );
    say(
      `p99 of ${urgent.length} CRITICAL alerts behind ${behind[0]} to ${behind.at(-1)}: ${critical.p99.toFixed(0)} ms`,
    );
    await waitFor(
      () => receivers.arrivals.filter(({ alertId }) => alertId.startsWith('info')).length >= total,
      {
        ...{ timeoutMs: LONG_MS, intervalMs: 1_000, describe: 'the backlog to drain' },
      },
    );

    const quiet = await watchFresh(scenario, () => sleep(isShort ? 3_000 : 20_000));
    let pages = 0;
    const reading = await watchFresh(scenario, async () => {
      const over = monotonicMs() + (isShort ? 3_000 : 25_000);
      const paths = [
        'alerts',
        'deliveries',
        'alerts?q=Alert',
        'deliveries?status=succeeded',
        'alerts?severity=INFO',
      ];
      await Promise.all(
        Array.from({ length: 16 }, async (_, n) => {
          for (let turn = n; monotonicMs() < over; turn += 1) {
            const where = paths[turn % paths.length] ?? '';
            let cursor: string | null = null;
            for (let page = 0; page < 5 && monotonicMs() < over; page += 1) {
              const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
              const list: { nextCursor: string | null } = await installation.api(
                ...([
                  'reads',
                  'GET',
                  `/v1/${where}${where.includes('?') ? '&' : '?'}limit=200${more}`,
                ] as const),
              );
              pages += 1;
              cursor = list.nextCursor;
              if (cursor === null) break;
            }
          }
        }),
      );
    });
    say(
      `p99 ${quiet.p99.toFixed(0)} ms alone, ${reading.p99.toFixed(0)} ms beside readers of ${pages} pages`,
    );

    const before = receivers.arrivals.length;
    const resent = () =>
      receivers.arrivals.slice(before).filter(({ destination }) => destination === 'backlog').length;
    const resending = await watchFresh(scenario, async () => {
      await installation.api('status', 'POST', '/v1/resends', {
        ...{ destinationId: backlogId, status: ['succeeded'], since: '2020-01-01T00:00:00Z' },
        until: new Date(Date.now() + 60_000).toISOString(),
      });
      await sleep(isShort ? 4_000 : 30_000);
    });
    const during = resent();
    say(`p99 ${resending.p99.toFixed(0)} ms beside a bulk resend, of which ${during} were sent meanwhile`);
    return [
      {
        ...{ figure: critical.p99, struck: urgent.length, struckMin: isShort ? 5 : 100 },
        detail: { critical, first: behind[0], last: behind.at(-1) },
      },
      { ...ratio(quiet, reading, isShort), struck: pages, struckMin: isShort ? 16 : 500 },
      { ...ratio(quiet, resending, isShort), struck: during, struckMin: isShort ? 100 : 2_000 },
    ];
  },
};

export const STORMS: readonly MeasuredCase[] = [RETRIES, BACKLOG];
