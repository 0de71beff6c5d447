import { randomUUID } from 'node:crypto';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type Client } from '@tocsin/client';
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
  /** Gives up also on the calls under way. */
  abort: AbortSignal;
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
  /** Names of its destinations that could not be deleted. */
  notDeleted: string[];
  /** How late the last alert was sent, where this process could not keep the rate; milliseconds. */
  lateMs: number;
  /** From when an alert was due to be sent to its answer; null where none was accepted. */
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
  const { client, stop, abort, onProgress } = options;
  const run = `benchmark-${Date.now().toString(36)}`;
  const state = createState(options.fanOut);
  const receiver = await createListenReceiver({
    ...{ host: options.listenHost, port: options.listenPort },
    answer: createAnswerPolicy(),
    onDelivery: ({ body, webhookId }) => state.arrived(body, webhookId),
  });
  const made = new Map<string, string>();
  let lateMs = 0;
  try {
    for (let n = 1; n <= options.fanOut && !stop.aborted; n += 1) {
      const [id, displayName] = [randomUUID(), `${run} ${n}`];
      // Before the call: its answer may be lost.
      made.set(id, displayName);
      // No severity matches: alerts go there by its id alone.
      const url = `${options.receiverUrl ?? receiver.url}/${n}`;
      const body = { id, displayName, url, severities: [] };
      await client.call(createDestination, { body, signal: abort }).catch((error: unknown) => {
        if (error instanceof ApiError && error.status < 500) made.delete(id);
        throw error;
      });
    }
    const timer = setInterval(() => onProgress(state.progress()), PROGRESS_MS);
    try {
      lateMs = await sendAll(options, { run, destinations: [...made.keys()], state });
      const giveUpAt = performance.now() + 1_000 * options.patienceSeconds;
      while (!state.isComplete() && performance.now() < giveUpAt && !stop.aborted)
        await delay(PROGRESS_MS, undefined, { signal: stop }).catch(() => undefined);
    } finally {
      clearInterval(timer);
    }
  } catch (error) {
    const left = await removeAll(client, made, abort);
    await receiver.close();
    if (left.length > 0)
      throw new Error(`${messageOf(error)} Destinations left behind: ${left.join(', ')}.`, { cause: error });
    throw error;
  }
  const notDeleted = await removeAll(client, made, abort);
  await receiver.close();
  return { ...state.result(), lateMs, notDeleted };
}

/** @returns the names of those that are still there */
async function removeAll(
  client: Client,
  destinations: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<string[]> {
  const left: string[] = [];
  for (const [id, name] of destinations) {
    try {
      await client.call(deleteDestination, { params: { id }, signal });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) left.push(name);
    }
  }
  return left;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

interface Load {
  run: string;
  destinations: string[];
  state: ReturnType<typeof createState>;
}

/** @returns how late the last one was sent; milliseconds */
async function sendAll(
  { client, perSecond, seconds, stop, abort }: LoadOptions,
  { run, destinations, state }: Load,
): Promise<number> {
  const startedAt = performance.now();
  const count = Math.max(1, Math.round(perSecond * seconds));
  let lateMs = 0;
  const underWay = new Set<Promise<void>>();
  for (let n = 0; n < count && !stop.aborted; ) {
    const due = Math.min(count, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond) + 1);
    for (; n < due; n += 1) {
      const dueAt = startedAt + (n / perSecond) * 1_000;
      lateMs = performance.now() - dueAt;
      const alert = { alertId: `${run}-${n}`, destinations, dueAt };
      const sending = sendOne(client, alert, { state, signal: abort }).finally(() =>
        underWay.delete(sending),
      );
      underWay.add(sending);
    }
    await delay(TICK_MS);
  }
  await Promise.all(underWay);
  return lateMs;
}

async function sendOne(
  client: Client,
  { alertId, destinations, dueAt }: { alertId: string; destinations: string[]; dueAt: number },
  { state, signal }: Pick<Load, 'state'> & { signal: AbortSignal },
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
  state.sent(alertId);
  try {
    const { accepted } = await client.postAlerts(JSON.stringify(alert), 'application/json', { signal });
    if (accepted === 1) state.accepted(alertId, dueAt);
    else state.refused(new Error('the alert was not accepted'));
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
    accepted(alertId: string, dueAt: number) {
      const now = performance.now();
      const one = alerts.get(alertId);
      if (one === undefined) return;
      one.acceptedAt = now;
      counts.accepted += 1;
      note(accept, now - dueAt);
      for (; one.early > 0; one.early -= 1) {
        counts.arrived += 1;
        note(deliver, 0);
      }
    },
    refused(error: unknown) {
      firstError ??= messageOf(error);
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
    result: () => ({
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
