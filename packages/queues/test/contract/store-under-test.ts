import { afterEach } from '@jest/globals';
import { expectNoLeaks, type OpenHandles, openHandles } from '@tocsin/testkit';
import type { Queue } from 'bullmq';
import type { Producer, QueueBackendConfig, QueueSettings } from '../../src/index.ts';
import { createQueueHarness, type QueueHarness } from '../queue-harness.ts';

/** One implementation of the queues, for the contract to be run on. */
export interface StoreUnderTest {
  name: string;
  /** Delivery queues that it can have. */
  shards: number;
  /** Where nothing is queued yet, and nobody else queues. */
  emptyBackend(): Promise<QueueBackendConfig>;
  /** Removes the lock of the active job, as its expiry would. */
  dropLock(queue: Queue, jobId: string): Promise<void>;
  /** Cuts every connection to the store; new ones work at once. */
  cutConnections(): Promise<void>;
}

/** Opens harnesses for tests, closes them after each, and sees that nothing is left open. */
export function harnessesOn(
  store: StoreUnderTest,
): (overrides?: Partial<QueueSettings>) => Promise<QueueHarness> {
  const harnesses: QueueHarness[] = [];
  let before: OpenHandles | undefined;
  afterEach(async () => {
    const expected = before;
    before = undefined;
    for (const harness of harnesses.splice(0)) await harness.close();
    if (expected) await expectNoLeaks(expected);
  });
  return async (overrides) => {
    const backend = await store.emptyBackend();
    before ??= openHandles();
    const harness = createQueueHarness(backend, overrides);
    harnesses.push(harness);
    return harness;
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
