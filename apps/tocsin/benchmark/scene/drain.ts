import { waitFor } from '@tocsin/testkit';
import type { AlertToSend } from '../../harness/load/alert-mix.ts';
import { sendBatches } from '../../harness/load/send-batches.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import { type ProcessorMs, perOne, type Scene, tocsinMs, usedMs } from './scene.ts';

const DRAIN_MS_MAX = 600_000;

export interface Drained {
  /** Deliveries, from the first request to the last POST. */
  perSecond: number;
  /** Processor time of each delivery until all outcomes are committed, by process; milliseconds. */
  byProcess: ProcessorMs;
  /** The same of all that Tocsin costs. */
  processorMs: number;
}

/** Sends alerts in batches of 500, as fast as they are accepted, and waits for all that comes of them. */
export async function drain(
  { installation, receiver, postgres, processorMs }: Scene,
  { next, alerts, fanOut }: { next: () => AlertToSend; alerts: number; fanOut: number },
): Promise<Drained> {
  const open = `SELECT count(*)::int AS open FROM deliveries WHERE queue_state <> 'idle'`;
  const earlier = await receiver.count();
  const before = await processorMs();
  const from = monotonicMs();
  await sendBatches(installation, next, alerts);
  await receiver.reached(earlier + alerts * fanOut, DRAIN_MS_MAX);
  const seconds = (monotonicMs() - from) / 1_000;
  await waitFor(async () => (await postgres.query<{ open: number }>(open))[0]?.open === 0, {
    ...{ timeoutMs: 60_000, intervalMs: 200, describe: 'all outcomes to be committed' },
  });
  const byProcess = perOne(usedMs(before, await processorMs()), alerts * fanOut);
  return { perSecond: (alerts * fanOut) / seconds, byProcess, processorMs: tocsinMs(byProcess) };
}

export const drainedText = ({ perSecond, processorMs }: Drained): string =>
  `${Math.round(perSecond)} deliveries/s, ${processorMs.toFixed(2)} ms of processor time each`;
