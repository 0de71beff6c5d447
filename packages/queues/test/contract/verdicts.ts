import { describe, expect, test } from '@jest/globals';
import { deliveryJobId, type JobVerdict, UnrecoverableJobError } from '../../src/index.ts';
import { enqueueDelayed, someDelivery } from '../queue-harness.ts';
import { waitFor } from '../wait-for.ts';
import { deliveryQueue, harnessesOn, type StoreUnderTest } from './store-under-test.ts';

/** What a processing comes to is what the queue does, and what Bull Board shows. */
export function describeVerdicts(store: StoreUnderTest): void {
  describe(`verdicts on ${store.name}`, () => {
    const harness = harnessesOn(store);

    test('a retry is seen as delayed with its reason, and comes back after its time', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const job = someDelivery({ severityRank: 0 });
      const runs: { at: number; attemptsMade: number }[] = [];
      await deliveryConsumer({
        async process(_, { attemptsMade }) {
          runs.push({ at: performance.now(), attemptsMade });
          if (runs.length === 1) return { kind: 'retry', afterMs: 700, reason: 'answered 503' };
          return { kind: 'done' };
        },
      });
      await added.enqueueDeliveries([job]);
      const delayed = await waitFor(
        'the delayed job',
        async () => (await deliveryQueue(added).getDelayed())[0],
      );
      expect(delayed).toMatchObject({
        id: deliveryJobId(job),
        failedReason: 'answered 503',
        attemptsMade: 1,
      });
      expect(delayed.stacktrace).toEqual(['answered 503']);
      await waitFor('the second run', () => runs.length === 2);
      expect(runs[1]!.attemptsMade).toBe(1);
      expect(runs[1]!.at - runs[0]!.at).toBeGreaterThan(690);
    });

    test('a retry yields to first attempts of its severity', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const failing = someDelivery({ severityRank: 1 });
      const fresh = someDelivery({ severityRank: 1 });
      const taken: string[] = [];
      const first = await deliveryConsumer({
        async process({ deliveryId }) {
          taken.push(deliveryId);
          return { kind: 'retry', afterMs: 100, reason: 'refused' };
        },
      });
      await added.enqueueDeliveries([failing]);
      await waitFor('the failed run', async () => (await added.depths())[1]!.delayed === 1);
      await first.close();
      await enqueueDelayed(added, fresh, 100);
      const due = performance.now() + 300;
      await waitFor('both to be due', () => performance.now() > due);
      await deliveryConsumer({
        async process({ deliveryId }) {
          taken.push(deliveryId);
          return { kind: 'done' };
        },
      });
      await waitFor('all runs', () => taken.length === 3);
      expect(taken).toEqual([failing.deliveryId, fresh.deliveryId, failing.deliveryId]);
    });

    test('a job fails once its attempts are used', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      let runs = 0;
      await deliveryConsumer({
        async process() {
          runs += 1;
          return { kind: 'retry', afterMs: 1, reason: `failure ${runs}` };
        },
      });
      await added.enqueueDeliveries([someDelivery({ attemptsMax: 3 })]);
      const failed = await waitFor('the failed job', async () => (await deliveryQueue(added).getFailed())[0]);
      expect(failed).toMatchObject({ failedReason: 'failure 3', attemptsMade: 3 });
      expect(failed.stacktrace).toEqual(['failure 1', 'failure 2', 'failure 3']);
      expect(runs).toBe(3);
    });

    test('later uses no attempt, not even 60 times', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const seen: number[] = [];
      await deliveryConsumer({
        async process(_, { attemptsMade }): Promise<JobVerdict> {
          seen.push(attemptsMade);
          return seen.length <= 60 ? { kind: 'deferred', afterMs: 1 } : { kind: 'done' };
        },
      });
      const job = someDelivery({ attemptsMax: 1 });
      await added.enqueueDeliveries([job]);
      await waitFor('61 runs', () => seen.length === 61);
      expect(new Set(seen)).toEqual(new Set([0]));
      await waitFor('its end', async () => (await added.missing([job]))[0]);
      expect((await added.depths())[1]).toMatchObject({ failed: 0, delayed: 0 });
    });

    test('later waits for its time', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const runsAt: number[] = [];
      await deliveryConsumer({
        async process() {
          runsAt.push(performance.now());
          return runsAt.length === 1 ? { kind: 'deferred', afterMs: 400 } : { kind: 'done' };
        },
      });
      await added.enqueueDeliveries([someDelivery()]);
      await waitFor('two runs', () => runsAt.length === 2);
      expect(runsAt[1]! - runsAt[0]!).toBeGreaterThan(390);
    });

    test('later hands a note to who takes the job next, and a retry does not', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const notes: (string | undefined)[] = [];
      const verdicts: JobVerdict[] = [
        { kind: 'deferred', afterMs: 1, note: 'first' },
        { kind: 'deferred', afterMs: 1, note: 'second' },
        { kind: 'retry', afterMs: 1, reason: 'failure' },
        { kind: 'deferred', afterMs: 1, note: 'third' },
        { kind: 'deferred', afterMs: 1 },
      ];
      await deliveryConsumer({
        async process(_, { note }) {
          notes.push(note);
          return verdicts[notes.length - 1] ?? { kind: 'done' };
        },
      });
      const job = someDelivery();
      await added.enqueueDeliveries([job]);
      await waitFor('its end', async () => (await added.missing([job]))[0]);
      expect(notes).toEqual([undefined, 'first', 'second', undefined, 'third', undefined]);
    });

    test('`failed` is seen as failed at once, and its id is taken until it is dispatched again', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const numbers: number[] = [];
      await deliveryConsumer({
        async process({ dispatchNumber }) {
          numbers.push(dispatchNumber);
          return { kind: 'failed', reason: 'the destination was deleted' };
        },
      });
      const job = someDelivery();
      await added.enqueueDeliveries([job]);
      const failed = await waitFor('the failed job', async () => (await deliveryQueue(added).getFailed())[0]);
      expect(failed.failedReason).toBe('the destination was deleted');
      expect(await added.missing([job])).toEqual([true]);
      await added.enqueueDeliveries([job]);
      await added.enqueueDeliveries([{ ...job, dispatchNumber: 2 }]);
      await waitFor('the second dispatch', () => numbers.length === 2);
      expect(numbers).toEqual([1, 2]);
    });

    test('a reason that the store would refuse, or that is too long, is made fit', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      await deliveryConsumer({
        process: async () => ({
          kind: 'failed',
          reason: `nul \u0000, half \ud83d, and ${'more '.repeat(1_000)}`,
        }),
      });
      await added.enqueueDeliveries([someDelivery()]);
      const failed = await waitFor('the failed job', async () => (await deliveryQueue(added).getFailed())[0]);
      expect(failed.failedReason).toMatch(/^nul \\0, half \ufffd, and more more/);
      expect(failed.failedReason.length).toBeLessThanOrEqual(500);
    });

    test('a throw is logged and is no attempt', async () => {
      const { producer, deliveryConsumer, lines } = await harness();
      const added = await producer();
      await deliveryConsumer({
        process: async () => {
          throw new Error('a bug');
        },
      });
      await added.enqueueDeliveries([someDelivery({ attemptsMax: 1 })]);
      const delayed = await waitFor(
        'the delayed job',
        async () => (await deliveryQueue(added).getDelayed())[0],
      );
      expect(delayed.attemptsMade).toBe(0);
      expect(delayed.delay).toBeGreaterThanOrEqual(900);
      expect(delayed.delay).toBeLessThanOrEqual(5_000);
      expect(lines).toContainEqual(expect.objectContaining({ level: 'error' }));
    });

    test('a job whose data nobody can read fails', async () => {
      const { producer, deliveryConsumer, alertConsumer } = await harness();
      const added = await producer();
      const job = someDelivery();
      await deliveryQueue(added).add('delivery', {}, { jobId: deliveryJobId(job) });
      await added.bullQueues()[0]!.add('alerts', { d: 1 });
      await deliveryConsumer({});
      await alertConsumer({});
      const failed = await waitFor('the failed job', async () => (await deliveryQueue(added).getFailed())[0]);
      expect(failed.failedReason).toContain('cannot be read');
      await waitFor('the failed alert job', async () => (await added.depths())[0]!.failed === 1);
    });

    test('an alert job that cannot succeed fails at once, so that Postgres says when its alerts come again', async () => {
      const { producer, alertConsumer } = await harness();
      const added = await producer();
      await alertConsumer({
        process: () => Promise.reject(new UnrecoverableJobError('the decision cannot be committed')),
      });
      await added.enqueueAlerts([{ day: '2026-02-03', severityRank: 1, alerts: [] }]);
      const failed = await waitFor(
        'the failed job',
        async () => (await added.bullQueues()[0]!.getFailed())[0],
      );
      expect(failed.failedReason).toBe('the decision cannot be committed');
      expect(await added.alertBacklog()).toBe(0);
    });

    test('an alert job that throws is tried again after about a second', async () => {
      const { producer, alertConsumer } = await harness();
      const added = await producer();
      const runsAt: number[] = [];
      await alertConsumer({
        async process() {
          runsAt.push(performance.now());
          if (runsAt.length === 1) throw new Error('the status service is unavailable');
          return { kind: 'done' };
        },
      });
      await added.enqueueAlerts([{ day: '2026-02-03', severityRank: 1, alerts: [] }]);
      const delayed = await waitFor(
        'the delayed job',
        async () => (await added.bullQueues()[0]!.getDelayed())[0],
      );
      expect(delayed.failedReason).toBe('the status service is unavailable');
      expect(await added.alertBacklog()).toBe(1);
      await waitFor('two runs', () => runsAt.length === 2);
      expect(runsAt[1]! - runsAt[0]!).toBeGreaterThan(790);
    });
  });
}
