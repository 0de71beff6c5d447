import { afterEach } from '@jest/globals';
import { expectNoLeaks, type OpenHandles, openHandles } from '@tocsin/testkit';
import type { Queue } from 'bullmq';
import type { Producer, QueueBackendConfig, QueueSettings } from '../../src/index.ts';
import { createQueueBench, type QueueBench } from '../queue-bench.ts';

/** One implementation of the queues, for the contract to be run on. */
export interface StoreUnderTest {
  name: string;
  /** Delivery queues that it can have. */
  shards: number;
  /** Where nothing is queued yet, and nobody else queues. */
  emptyBackend(): Promise<QueueBackendConfig>;
  /** Takes away the lock of the job in hand, as its expiry would. */
  dropLock(queue: Queue, jobId: string): Promise<void>;
  /** Cuts every connection to the store; new ones work at once. */
  cutConnections(): Promise<void>;
}

/** Opens benches for tests, closes them after each, and sees that nothing is left open. */
export function benchesOn(
  store: StoreUnderTest,
): (overrides?: Partial<QueueSettings>) => Promise<QueueBench> {
  const benches: QueueBench[] = [];
  let before: OpenHandles | undefined;
  afterEach(async () => {
    const expected = before;
    before = undefined;
    for (const bench of benches.splice(0)) await bench.close();
    if (expected) await expectNoLeaks(expected);
  });
  return async (overrides) => {
    const backend = await store.emptyBackend();
    before ??= openHandles();
    const bench = createQueueBench(backend, overrides);
    benches.push(bench);
    return bench;
  };
}

/** The delivery queue of a shard. */
export function deliveryQueue(producer: Producer, shard = 0): Queue {
  return producer.bullQueues()[1 + shard]!;
}

/** A promise to be kept from outside, for jobs that wait. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
