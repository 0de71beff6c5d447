import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@tocsin/client';
import { createDestination, deleteDestination } from '@tocsin/contract';
import { createAnswerPolicy } from '../listen/answer-policy.ts';
import { createListenReceiver } from '../listen/receiver.ts';

export interface LoadOptions {
  client: Client;
  /** Alerts a second, each sent when its moment has come, however long the earlier ones take. */
  perSecond: number;
  seconds: number;
  /** Destinations that each alert goes to. */
  fanOut: number;
  listenHost: string;
  /** 0 takes any free port. */
  listenPort: number;
  /** Where the server reaches this command; undefined: at the address it listens on. */
  receiverUrl: string | undefined;
  /** How long to wait for what is still due once all is sent; seconds. */
  patienceSeconds: number;
  /** Ends it early, in good order. */
  stop: AbortSignal;
  onProgress(progress: { sent: number; arrived: number }): void;
}

/** Milliseconds. */
export interface Delays {
  p50: number;
  p99: number;
  max: number;
}

export interface LoadResult {
  sent: number;
  accepted: number;
  /** POSTs that came for accepted alerts, each of an alert and a destination counted once. */
  arrived: number;
  expected: number;
  /** The first error that alerts were refused with, or null. */
  firstError: string | null;
  /** From the request to its answer; null where none was accepted. */
  accept: Delays | null;
  /** From an alert's answer to its POST; null where none came. */
  deliver: Delays | null;
}

const TICK_MS = 2;
const PROGRESS_MS = 250;
const MICROSECONDS = 1_000;

/**
 * Sends alerts to a running installation, to destinations of its own that lead back to this process, and measures how
 * long they take. The destinations are deleted in the end.
 *
 * @throws what the client throws where a destination cannot be made; UsageError where it cannot listen
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { client, stop, onProgress } = options;
  const run = `benchmark-${Date.now().toString(36)}`;
  const state = createState(options.fanOut);
  const receiver = await createListenReceiver({
    ...{ host: options.listenHost, port: options.listenPort },
    answer: createAnswerPolicy(),
    onDelivery: ({ body, webhookId }) => state.arrived(body, webhookId),
  });
  const made: string[] = [];
  try {
    for (let n = 1; n <= options.fanOut; n += 1) {
      const { id } = await client.call(createDestination, {
        body: { displayName: `${run} ${n}`, url: `${options.receiverUrl ?? receiver.url}/${n}` },
      });
      made.push(id);
    }
    const timer = setInterval(() => onProgress(state.progress()), PROGRESS_MS);
    try {
      await sendAll(options, { run, destinations: made, state });
      const giveUpAt = performance.now() + 1_000 * options.patienceSeconds;
      while (!state.isComplete() && performance.now() < giveUpAt && !stop.aborted)
        await delay(PROGRESS_MS, undefined, { signal: stop }).catch(() => undefined);
    } finally {
      clearInterval(timer);
    }
    return state.result();
  } finally {
    for (const id of made) await client.call(deleteDestination, { params: { id } }).catch(() => undefined);
    await receiver.close();
  }
}

interface Load {
  run: string;
  destinations: string[];
  state: ReturnType<typeof createState>;
}

async function sendAll(
  { client, perSecond, seconds, stop }: LoadOptions,
  { run, destinations, state }: Load,
) {
  const startedAt = performance.now();
  const count = Math.round(perSecond * seconds);
  const underWay = new Set<Promise<void>>();
  for (let n = 0; n < count && !stop.aborted; ) {
    const due = Math.min(count, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond) + 1);
    for (; n < due; n += 1) {
      const alertId = `${run}-${n}`;
      const sending = sendOne(client, { alertId, destinations }, state).finally(() =>
        underWay.delete(sending),
      );
      underWay.add(sending);
    }
    await delay(TICK_MS);
  }
  await Promise.all(underWay);
}

async function sendOne(
  client: Client,
  { alertId, destinations }: { alertId: string; destinations: string[] },
  state: Load['state'],
): Promise<void> {
  const alert = {
    ...{
      alertId,
      id: 'Tocsin.Benchmark',
      createdAt: new Date().toISOString(),
      severity: 'INFO',
      type: 'RULE',
    },
    ...{ title: 'An alert of tocsin bench load', description: 'x'.repeat(500), destinations },
  };
  const from = performance.now();
  state.sent(alertId);
  try {
    await client.postAlerts(JSON.stringify(alert), 'application/json');
    state.accepted(alertId, from);
  } catch (error) {
    state.refused(error);
  }
}

function createState(fanOut: number) {
  const accept = createHistogram();
  const deliver = createHistogram();
  /** When each alert was accepted, undefined before that; and the POSTs that came earlier than the answer. */
  const alerts = new Map<string, { acceptedAt?: number; early: number }>();
  const seen = new Set<string>();
  const counts = { sent: 0, accepted: 0, arrived: 0 };
  let firstError: string | null = null;
  const note = (histogram: RecordableHistogram, ms: number) =>
    histogram.record(Math.max(1, Math.round(ms * MICROSECONDS)));

  return {
    sent(alertId: string) {
      counts.sent += 1;
      alerts.set(alertId, { early: 0 });
    },
    accepted(alertId: string, sentAt: number) {
      const now = performance.now();
      const one = alerts.get(alertId);
      if (one === undefined) return;
      one.acceptedAt = now;
      counts.accepted += 1;
      note(accept, now - sentAt);
      for (; one.early > 0; one.early -= 1) {
        counts.arrived += 1;
        note(deliver, 0);
      }
    },
    refused(error: unknown) {
      firstError ??= error instanceof Error ? error.message : String(error);
    },
    arrived(body: Buffer, webhookId: string) {
      const now = performance.now();
      const one = alerts.get(alertIdOf(body));
      // A retry, or of somebody else.
      if (one === undefined || seen.has(webhookId)) return;
      seen.add(webhookId);
      if (one.acceptedAt === undefined) {
        one.early += 1;
        return;
      }
      counts.arrived += 1;
      note(deliver, now - one.acceptedAt);
    },
    progress: () => ({ sent: counts.sent, arrived: counts.arrived }),
    isComplete: () => counts.arrived >= counts.accepted * fanOut,
    result: (): LoadResult => ({
      ...counts,
      ...{ expected: counts.accepted * fanOut, firstError },
      ...{ accept: delaysOf(accept), deliver: delaysOf(deliver) },
    }),
  };
}

function alertIdOf(body: Buffer): string {
  try {
    const { alertId } = JSON.parse(body.toString()) as { alertId?: unknown };
    return typeof alertId === 'string' ? alertId : '';
  } catch {
    return '';
  }
}

function delaysOf(histogram: RecordableHistogram): Delays | null {
  if (histogram.count === 0) return null;
  const ms = (microseconds: number) => microseconds / MICROSECONDS;
  return { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(histogram.max) };
}
