import { setTimeout as sleep } from 'node:timers/promises';
import { percentilesOf } from '../../harness/cases/alternate.ts';
import type { AlertToSend } from '../../harness/load/alert-mix.ts';
import { startAlertStream } from '../../harness/load/alert-stream.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import { type ProcessorMs, type Scene, tocsinMs, usedMs } from './scene.ts';

export interface Streamed {
  perSecond: number;
  /** From each alert's 202 to its POSTs; milliseconds, infinite for what did not come. */
  p50: number;
  p99: number;
  /** By all of them, while they were sent. */
  used: ProcessorMs;
  alerts: number;
}

/** What comes later is late by any target. */
const LATE_MS_MAX = 20_000;
const LOOK_MS = 100;

/** Sends single alerts at a rate, each when its moment has come, and waits for what comes of them. */
export async function stream(
  { installation, receiver, processorMs }: Scene,
  {
    next,
    perSecond,
    seconds,
    fanOut,
  }: { next: () => AlertToSend; perSecond: number; seconds: number; fanOut: number },
): Promise<Streamed> {
  await receiver.take();
  const earlier = await receiver.count();
  const before = await processorMs();
  const load = startAlertStream({ url: installation.urls.ingest, perSecond, next });
  let used: ProcessorMs;
  try {
    await sleep(1_000 * seconds);
    used = usedMs(before, await processorMs());
    await load.stop();
  } finally {
    // Where the case was interrupted, nothing is to go on sending.
    load.abandon();
  }
  const giveUpAt = monotonicMs() + LATE_MS_MAX;
  const wanted = earlier + load.sent.length * fanOut;
  while ((await receiver.count()) < wanted && monotonicMs() < giveUpAt) await sleep(LOOK_MS);
  const delays = delaysOf(load.sent, await receiver.take(), fanOut);
  const { p50, p99 } = percentilesOf(delays);
  return { perSecond, p50, p99, used, alerts: load.sent.length };
}

/** Processor time of all that Tocsin costs, for each alert; milliseconds. */
export const perAlert = ({ used, alerts }: Streamed): number => tocsinMs(used) / alerts;

export const streamedText = (one: Streamed): string =>
  `${one.perSecond.toFixed(0)}/s: p50 ${one.p50.toFixed(1)} ms, p99 ${one.p99.toFixed(1)} ms, ${perAlert(one).toFixed(2)} ms of processor time an alert`;

/** One delay for each delivery of each alert; of one that was not accepted or did not come it is infinite. */
export function delaysOf(
  sent: readonly { alertId: string; acceptedAt: number | null }[],
  arrivals: readonly [alertId: string, at: number][],
  fanOut: number,
): number[] {
  const times = new Map<string, number[]>();
  for (const [alertId, at] of arrivals) {
    const those = times.get(alertId);
    if (those === undefined) times.set(alertId, [at]);
    else those.push(at);
  }
  return sent.flatMap(({ alertId, acceptedAt }) => {
    const those = times.get(alertId) ?? [];
    return Array.from({ length: fanOut }, (_, n) => {
      const at = those[n];
      // Some POSTs come before their 202 is read.
      return at === undefined || acceptedAt === null
        ? Number.POSITIVE_INFINITY
        : Math.max(0, at - acceptedAt);
    });
  });
}
