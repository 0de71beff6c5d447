import { describe, expect, test } from '@jest/globals';
import { someDelivery } from '../queue-harness.ts';
import { waitFor } from '../wait-for.ts';
import { gate, harnessesOn, type StoreUnderTest } from './store-under-test.ts';

/** Jobs that only wait for somebody keep no others from being taken. */
export function describePlaces(store: StoreUnderTest): void {
  describe(`places on ${store.name}`, () => {
    const harness = harnessesOn(store);

    test('jobs that wait for a receiver make room for others, as many as there may be', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const hanging = gate();
      let begun = 0;
      await deliveryConsumer({
        concurrency: 20,
        async process(_, { waiting }) {
          begun += 1;
          await waiting(() => hanging.opened);
          return { kind: 'done' };
        },
      });
      await added.enqueueDeliveries(Array.from({ length: 30 }, () => someDelivery()));
      await waitFor('all that may run', () => begun === 20);
      expect((await added.depths())[1]).toMatchObject({ active: 20 });
      hanging.open();
      await waitFor('the rest', () => begun === 30);
    });

    test('a job begins once it is taken, however many more may be', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      await added.enqueueDeliveries(Array.from({ length: 100 }, () => someDelivery()));
      const activeAtFirst = Promise.withResolvers<number | undefined>();
      let begun = 0;
      await deliveryConsumer({
        concurrency: 100,
        async process() {
          begun += 1;
          if (begun === 1) activeAtFirst.resolve(added.depths().then((depths) => depths[1]?.active));
          await activeAtFirst.promise;
          return { kind: 'done' };
        },
      });
      // Some are taken while this one asks.
      expect(await activeAtFirst.promise).toBeLessThan(50);
      await waitFor('all', () => begun === 100);
    });

    test('a job that is worked on keeps its place until it ends', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const commits = gate();
      let begun = 0;
      await deliveryConsumer({
        concurrency: 2,
        async process(_, { waiting }) {
          begun += 1;
          await waiting(async () => undefined);
          await commits.opened;
          return { kind: 'done' };
        },
      });
      await added.enqueueDeliveries(Array.from({ length: 5 }, () => someDelivery()));
      await waitFor('two', () => begun === 2);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(begun).toBe(2);
      commits.open();
      await waitFor('all five', () => begun === 5);
    });

    test('of a destination that waits for its receiver, no more go on than there is room for besides', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const hanging = gate();
      const begun: { destinationId: string; isCrowded: boolean }[] = [];
      await deliveryConsumer({
        concurrency: 20,
        async process({ destinationId }, { isCrowded, waiting }) {
          begun.push({ destinationId, isCrowded });
          if (!isCrowded) await waiting(() => hanging.opened);
          return { kind: 'done' };
        },
      });
      const of = (destinationId: string, count: number) =>
        added.enqueueDeliveries(Array.from({ length: count }, () => someDelivery({ destinationId })));
      const goingOn = (destinationId: string) =>
        begun.filter((one) => one.destinationId === destinationId && !one.isCrowded).length;
      await of('slow', 15);
      await waitFor('all of one', () => begun.length === 15);
      expect(goingOn('slow')).toBe(10);
      await of('other', 3);
      await waitFor('those of another', () => goingOn('other') === 3);
      hanging.open();
    });

    test('a consumer that may not take jobs leaves them to others, and takes them again when it may', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      let mayTake = true;
      let taken = 0;
      let takenByOther = 0;
      const consumer = await deliveryConsumer({
        concurrency: 4,
        mayTake: () => mayTake,
        async process() {
          taken += 1;
          return { kind: 'done' };
        },
      });
      await added.enqueueDeliveries([someDelivery()]);
      await waitFor('the first', () => taken === 1);
      mayTake = false;
      expect(consumer.state()).toBe('resting');
      // A fetch that was under way when it began to rest may still bring one.
      await waitFor('its rest', async () => {
        const before = taken;
        await added.enqueueDeliveries([someDelivery()]);
        await new Promise((resolve) => setTimeout(resolve, 200));
        return taken === before;
      });
      const before = taken;
      await deliveryConsumer({
        async process() {
          takenByOther += 1;
          return { kind: 'done' };
        },
      });
      await added.enqueueDeliveries(Array.from({ length: 10 }, () => someDelivery()));
      await waitFor('the other to take all', () => takenByOther >= 10);
      expect(taken).toBe(before);
      mayTake = true;
      await waitFor('it to take again', async () => {
        await added.enqueueDeliveries(Array.from({ length: 5 }, () => someDelivery()));
        return taken > before;
      });
      expect(consumer.state()).toBe('ok');
    });
  });
}
