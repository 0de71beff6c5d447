import { createBatcher } from '@tocsin/batcher';
import { createFailureLog } from '@tocsin/outage';
import { type AlertJob, type AlertToRoute, groupAlerts, isQueueUnavailable } from '@tocsin/queues';
import type { Logger } from 'pino';

export interface AlertEnqueuer {
  /** Returns at once. What cannot be enqueued now is enqueued later by the producer, or by the dispatcher from the outbox. */
  enqueue(alerts: AlertToRoute[]): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface EnqueueDeps {
  /** Keeps what cannot be added now, where that passes by itself, and adds it later. */
  enqueueAlerts(jobs: AlertJob[]): Promise<void>;
  log: Logger;
}

const BATCH = 2_000;

/** While the queue is unavailable, at most this many alerts are held for it; the outbox has them all. */
const PENDING_MAX = 20_000;
const PENDING_CHARACTERS_MAX = 16 * 1024 * 1024;

/** Adds stored alerts to the queue, those of concurrent requests together. */
export function createAlertEnqueuer({ enqueueAlerts, log }: EnqueueDeps): AlertEnqueuer {
  const failures = createFailureLog({
    failing: { event: 'alert.enqueue_failed', message: 'could not enqueue alerts; they wait in Postgres' },
    working: { event: 'alert.enqueue_resumed', message: 'alerts are enqueued again' },
    isKnown: isQueueUnavailable,
    log,
  });

  async function run(alerts: AlertToRoute[]): Promise<undefined[]> {
    try {
      await enqueueAlerts(groupAlerts(alerts));
      failures.succeeded();
    } catch (error) {
      failures.failed(error);
    }
    return alerts.map(() => undefined);
  }

  const batcher = createBatcher<AlertToRoute, undefined>({
    batchSizeMax: BATCH,
    concurrency: 2,
    pendingMax: PENDING_MAX,
    pendingWeightMax: PENDING_CHARACTERS_MAX,
    run,
  });
  return {
    enqueue: (alerts) => {
      const weight = alerts.reduce((characters, { facts }) => characters + facts.length, 0);
      batcher.addAll(alerts, { weight }).catch(() => undefined);
    },
    close: () => batcher.close(),
  };
}
