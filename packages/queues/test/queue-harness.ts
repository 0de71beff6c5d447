import type { DispatchedDelivery } from '@tocsin/status-gateway';
import {
  type AlertConsumerOptions,
  type Consumer,
  createAlertConsumer,
  createDeliveryConsumers,
  createProducer,
  createQueueBoardSource,
  type DeliveryConsumerOptions,
  deliveryJobId,
  type Producer,
  type QueueBackendConfig,
  type QueueBoardSource,
  type QueueSettings,
} from '../src/index.ts';
import { encodeDelivery } from '../src/job-codec.ts';
import { createRecordingLog } from './recording-log.ts';

/** What one test opens on the queues; closed with it. */
export interface QueueHarness {
  settings: QueueSettings;
  lines: ReturnType<typeof createRecordingLog>['lines'];
  producer(): Promise<Producer>;
  board(): Promise<QueueBoardSource>;
  alertConsumer(options: Partial<AlertConsumerOptions>): Promise<Consumer>;
  deliveryConsumer(options: Partial<DeliveryConsumerOptions>): Promise<Consumer>;
  close(): Promise<void>;
}

/**
 * For tests of lost locks alone: where a machine is busy, a worker may well stand still for longer, and whose lock that
 * costs has its job back.
 */
export const SHORT_LOCKS = { lockDurationMs: 600, stalledIntervalMs: 200 };

/** Settings are those of a service, unless the test says otherwise. */
export function createQueueHarness(
  backend: QueueBackendConfig,
  overrides: Partial<QueueSettings> = {},
): QueueHarness {
  const { lines, log } = createRecordingLog();
  const settings = { backend, shards: 1, log, ...overrides };
  const closers: (() => Promise<void>)[] = [];
  const ready = async (consumer: Consumer) => {
    closers.push(() => consumer.close({ timeoutMs: 100 }));
    await consumer.ready();
    return consumer;
  };
  return {
    settings,
    lines,
    async producer() {
      const producer = await createProducer(settings);
      closers.push(producer.close);
      return producer;
    },
    async board() {
      const board = await createQueueBoardSource(settings);
      closers.push(board.close);
      return board;
    },
    alertConsumer: (options) =>
      ready(
        createAlertConsumer(settings, {
          alertsAtOnce: 1,
          process: async () => ({ kind: 'done' }),
          ...options,
        }),
      ),
    deliveryConsumer: (options) =>
      ready(
        createDeliveryConsumers(settings, {
          concurrency: 1,
          process: async () => ({ kind: 'done' }),
          ...options,
        }),
      ),
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}

/** A delivery job with all it needs, unlike any other. */
export function someDelivery(fields: Partial<DispatchedDelivery> = {}): DispatchedDelivery {
  return {
    deliveryId: crypto.randomUUID(),
    day: '2026-02-03',
    alertId: crypto.randomUUID(),
    destinationId: crypto.randomUUID(),
    round: 1,
    dispatchNumber: 1,
    severityRank: 2,
    isRetry: false,
    shard: 0,
    attemptsMax: 11,
    ...fields,
  };
}

/** Enqueues a delivery as it stands in the queue after a failed attempt: its job is due later. */
export async function enqueueDelayed(
  producer: Producer,
  delivery: DispatchedDelivery,
  delayMs: number,
): Promise<void> {
  const queue = producer.bullQueues()[1 + delivery.shard];
  const options = { jobId: deliveryJobId(delivery), delay: delayMs };
  await queue?.add('delivery', encodeDelivery(delivery), options);
}
