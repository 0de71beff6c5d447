import { describe, expect, test } from '@jest/globals';
import { enqueueDelayed, someDelivery } from '../queue-harness.ts';
import { waitFor } from '../wait-for.ts';
import { harnessesOn, type StoreUnderTest } from './store-under-test.ts';

/** What a board may count on. */
export function describeLooking(store: StoreUnderTest): void {
  const openHarness = harnessesOn(store);

  describe('a board', () => {
    test('sees every queue with its jobs, and can change them', async () => {
      const harness = await openHarness({ shards: store.shards });
      const producer = await harness.producer();
      await enqueueDelayed(producer, someDelivery(), 60_000);
      const { queues } = await harness.board();
      const names = Array.from({ length: store.shards }, (_, shard) => `deliveries-${shard}`);
      expect(queues.map(({ name }) => name)).toEqual(['alerts', ...names]);
      const [, deliveries] = queues;
      // The board opens before it is connected; until then its calls are refused.
      await waitFor('the delivery to be seen', async () => {
        const counts = await deliveries?.getJobCounts('delayed').catch(() => undefined);
        return counts?.delayed === 1;
      });
      await deliveries?.pause();
      expect(await producer.bullQueues()[1]?.isPaused()).toBe(true);
      await deliveries?.resume();
    });

    test('may be closed more than once, and closes nobody else’s queues', async () => {
      const harness = await openHarness();
      const producer = await harness.producer();
      const board = await harness.board();
      await Promise.all([board.close(), board.close()]);
      expect(await producer.depths()).toHaveLength(2);
    });
  });
}
