import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PATIENCE_MS, startProcess, type TestProcess } from '@tocsin/testkit';
import { createDeliveryConsumers, deliveryJobId, type QueueSettings } from '../../src/index.ts';
import { SHORT_LOCKS, someDelivery } from '../queue-harness.ts';
import { waitFor } from '../wait-for.ts';
import { deliveryQueue, gate, harnessesOn, type StoreUnderTest } from './store-under-test.ts';

const HOLD_A_JOB = fileURLToPath(new URL('../hold-a-job.ts', import.meta.url));

/** Jobs outlive their workers, and workers their store's hiccups. */
export function describeRecovery(store: StoreUnderTest): void {
  describe(`recovery on ${store.name}`, () => {
    const harness = harnessesOn(store);
    const children: TestProcess[] = [];
    afterEach(async () => {
      for (const child of children.splice(0)) await child.kill('SIGKILL');
    });

    async function holdAJob({ log, ...settings }: QueueSettings): Promise<TestProcess> {
      const child = await startProcess({ entry: HOLD_A_JOB, args: [JSON.stringify(settings)] });
      children.push(child);
      await child.printed(/holding/);
      return child;
    }

    test('five workers killed over one job use up none of its attempts', async () => {
      const { producer, deliveryConsumer, settings } = await harness(SHORT_LOCKS);
      const added = await producer();
      await added.enqueueDeliveries([someDelivery()]);
      for (let kills = 0; kills < 5; kills += 1) {
        const child = await holdAJob(settings);
        await child.kill('SIGKILL');
      }
      const seen: number[] = [];
      await deliveryConsumer({
        async process(_, { attemptsMade }) {
          seen.push(attemptsMade);
          return { kind: 'done' };
        },
      });
      await waitFor('the job', () => seen.length > 0);
      expect(new Set(seen)).toEqual(new Set([0]));
      expect((await added.depths())[1]).toMatchObject({ failed: 0 });
    });

    test.each([
      ['sees it when it renews the lock', SHORT_LOCKS],
      ['is given the job again first', { ...SHORT_LOCKS, lockDurationMs: 60_000 }],
    ])(
      'a job whose lock is lost is aborted, never runs twice at once here, and comes back: the worker %s',
      async (_, locks) => {
        const { producer, deliveryConsumer } = await harness(locks);
        const added = await producer();
        const job = someDelivery();
        const signals: AbortSignal[] = [];
        const held = gate();
        let running = 0;
        let runningMax = 0;
        await deliveryConsumer({
          concurrency: 4,
          async process(_, { signal }) {
            signals.push(signal);
            running += 1;
            runningMax = Math.max(runningMax, running);
            if (signals.length === 1) await held.opened;
            running -= 1;
            return signals.length === 1
              ? { kind: 'failed', reason: 'said without a right to' }
              : { kind: 'done' };
          },
        });
        await added.enqueueDeliveries([job]);
        await waitFor('the job', () => signals.length === 1);
        await store.dropLock(deliveryQueue(added), deliveryJobId(job));
        await waitFor('the abort', () => signals[0]!.aborted);
        expect(signals[0]!.reason).toContain('lock was lost');
        await waitFor('the job to be requeued', async () => (await added.depths())[1]!.delayed === 1);
        held.open();
        await waitFor('the second run', () => signals.length >= 2);
        await waitFor('its end', async () => (await added.missing([job]))[0]);
        expect(runningMax).toBe(1);
        expect((await added.depths())[1]).toMatchObject({ failed: 0 });
      },
    );

    test('a process that stood still aborts its jobs before they go on', async () => {
      const { producer, deliveryConsumer } = await harness(SHORT_LOCKS);
      const added = await producer();
      let abortedAtWaking: boolean | undefined;
      await deliveryConsumer({
        async process(_, { signal }) {
          if (abortedAtWaking !== undefined) return { kind: 'done' };
          // Timers and sockets of this very process stand still, as after SIGSTOP.
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
          await new Promise((resolve) => setTimeout(resolve));
          abortedAtWaking = signal.aborted;
          return { kind: 'deferred', afterMs: 1 };
        },
      });
      await added.enqueueDeliveries([someDelivery()]);
      await waitFor('the waking', () => abortedAtWaking !== undefined);
      expect(abortedAtWaking).toBe(true);
    });

    test('connections that break are made anew, and the work goes on', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const taken: string[] = [];
      await deliveryConsumer({
        async process({ deliveryId }) {
          taken.push(deliveryId);
          return { kind: 'done' };
        },
      });
      await added.enqueueDeliveries([someDelivery()]);
      await waitFor('the first job', () => taken.length === 1);
      await store.cutConnections();
      await waitFor('another add', () =>
        added.enqueueDeliveries([someDelivery()]).then(
          () => true,
          () => false,
        ),
      );
      await waitFor('the second job', () => taken.length >= 2);
    });

    test('close waits for the running job', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const held = gate();
      let started = false;
      const consumer = await deliveryConsumer({
        async process() {
          started = true;
          await held.opened;
          return { kind: 'done' };
        },
      });
      const [first, second] = [someDelivery({ severityRank: 0 }), someDelivery({ severityRank: 4 })];
      await added.enqueueDeliveries([first, second]);
      await waitFor('the job', () => started);
      let isClosed = false;
      const closed = consumer.close().then(() => {
        isClosed = true;
      });
      // It has said so to the store, and is still there.
      await added.depths();
      expect(isClosed).toBe(false);
      held.open();
      await closed;
      expect(await added.missing([first, second])).toEqual([true, false]);
    });

    test('close takes a worker that waits for jobs away at once', async () => {
      const { deliveryConsumer } = await harness({ shards: store.shards });
      const consumer = await deliveryConsumer({ concurrency: 10 });
      const closedAt = performance.now();
      await Promise.all([consumer.close({ timeoutMs: PATIENCE_MS }), consumer.close()]);
      expect(performance.now() - closedAt).toBeLessThan(PATIENCE_MS);
    });

    test('close aborts what outlasts its timeout, and the job is queued again', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const signals: AbortSignal[] = [];
      const consumer = await deliveryConsumer({
        async process(_, { signal }) {
          signals.push(signal);
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          return { kind: 'deferred', afterMs: 1 };
        },
      });
      await added.enqueueDeliveries([someDelivery()]);
      await waitFor('the job', () => signals.length === 1);
      await consumer.close({ timeoutMs: 100 });
      expect(signals[0]!.reason).toContain('closing');
      expect((await added.depths())[1]).toMatchObject({ active: 0, delayed: 1 });
    });

    test('a job that ignores everything does not keep close from ending', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const held = gate();
      let started = false;
      const consumer = await deliveryConsumer({
        async process() {
          started = true;
          await held.opened;
          return { kind: 'done' };
        },
      });
      await added.enqueueDeliveries([someDelivery()]);
      await waitFor('the job', () => started);
      // The job goes on for as long as the closing takes.
      await consumer.close({ timeoutMs: 100 });
      held.open();
    });

    test('a consumer closed right after its making is never ready', async () => {
      const { settings } = await harness();
      const consumer = createDeliveryConsumers(settings, {
        concurrency: 1,
        process: async () => ({ kind: 'done' }),
      });
      await consumer.close();
      await expect(consumer.ready()).rejects.toMatchObject({ code: 'closed' });
    });
  });
}
