import { describe, expect, test } from '@jest/globals';
import { type AlertJob, type DeliveryJob, deliveryJobId } from '../../src/index.ts';
import { enqueueDelayed, someDelivery } from '../queue-harness.ts';
import { waitFor } from '../wait-for.ts';
import { deliveryQueue, gate, harnessesOn, type StoreUnderTest } from './store-under-test.ts';

/** What is added is taken, whole, in order, and once. */
export function describeAdding(store: StoreUnderTest): void {
  describe(`adding on ${store.name}`, () => {
    const harness = harnessesOn(store);

    test('alerts arrive whole, whatever their facts hold', async () => {
      const { producer, alertConsumer } = await harness();
      const facts = JSON.stringify({ title: 'a\u0000b', name: 'Zoë 🚨 \ud800', quote: '"\\', empty: '' });
      const jobs: AlertJob[] = [
        { day: '2026-02-03', severityRank: 0, alerts: [{ id: 'A.b_c:d-1', facts }] },
        {
          day: '2026-02-04',
          severityRank: 4,
          alerts: Array.from({ length: 200 }, (_, n) => ({ id: `x${n}`, facts })),
        },
      ];
      const taken: AlertJob[] = [];
      await alertConsumer({
        process: async (job) => {
          taken.push(job);
          return { kind: 'done' };
        },
      });
      await (await producer()).enqueueAlerts(jobs);
      await waitFor('both jobs', () => taken.length === 2);
      expect(taken.sort((a, b) => a.severityRank - b.severityRank)).toEqual(jobs);
      expect(JSON.parse(taken[0]!.alerts[0]!.facts)).toMatchObject({ title: 'a\u0000b' });
    });

    test('alerts of higher severity go first', async () => {
      const { producer, alertConsumer } = await harness();
      const ranks = [4, 2, 0, 3, 1];
      await (await producer()).enqueueAlerts(
        ranks.map((severityRank) => ({ day: '2026-02-03', severityRank, alerts: [] })),
      );
      const taken: number[] = [];
      await alertConsumer({
        process: async (job) => {
          taken.push(job.severityRank);
          return { kind: 'done' };
        },
      });
      await waitFor('all jobs', () => taken.length === 5);
      expect(taken).toEqual([0, 1, 2, 3, 4]);
    });

    test('deliveries arrive with every field, from every shard', async () => {
      const { producer, deliveryConsumer } = await harness({ shards: store.shards });
      const jobs = Array.from({ length: 60 }, (_, n) =>
        someDelivery({
          shard: n % store.shards,
          severityRank: n % 5,
          isRetry: n % 2 === 1,
          round: 1 + n,
          dispatchNumber: n,
        }),
      );
      jobs.push(someDelivery({ deliveryId: 'not-a-uuid', alertId: 'Alert.1_:-', destinationId: 'ABCDEF' }));
      const taken: DeliveryJob[] = [];
      const jobIds: string[] = [];
      await deliveryConsumer({
        concurrency: 10,
        async process(job, { jobId, attemptsMade, signal }) {
          expect({ attemptsMade, aborted: signal.aborted }).toEqual({ attemptsMade: 0, aborted: false });
          taken.push(job);
          jobIds.push(jobId);
          return { kind: 'done' };
        },
      });
      await (await producer()).enqueueDeliveries(jobs);
      await waitFor('all jobs', () => taken.length === jobs.length);
      const expected = jobs.map(({ shard, attemptsMax, ...job }) => job);
      const byId = (a: DeliveryJob, b: DeliveryJob) => (a.deliveryId < b.deliveryId ? -1 : 1);
      expect(taken.sort(byId)).toEqual(expected.sort(byId));
      expect(jobIds.sort()).toEqual(jobs.map(deliveryJobId).sort());
    });

    test('what is fresh goes first, then what has few ahead, then severity, then first attempts before retries, then age', async () => {
      const { producer, deliveryConsumer } = await harness();
      const ranks = [0, 1, 2, 3, 4];
      const wanted = [
        ...ranks.map((rank) => `direct ${rank}`),
        ...[0, 100].flatMap((ahead) =>
          ranks.flatMap((rank) => [`waited ${rank} ${ahead}`, `retry ${rank} ${ahead}`]),
        ),
      ].flatMap((kind) => ['older', 'newer'].map((age) => `${kind} ${age}`));
      const jobs = wanted.map((label) => {
        const [kind, severityRank, ahead] = label.split(' ');
        return someDelivery({
          ...{ severityRank: Number(severityRank), isRetry: kind === 'retry' },
          ...(kind !== 'direct' && { ahead: Number(ahead) }),
        });
      });
      const labels = new Map(jobs.map((job, index) => [job.deliveryId, wanted[index]!]));
      const older = jobs.filter((_, index) => index % 2 === 0);
      const newer = jobs.filter((_, index) => index % 2 === 1);
      const added = await producer();
      await added.enqueueDeliveries(older.reverse());
      await added.enqueueDeliveries(newer.reverse());
      const taken: (string | undefined)[] = [];
      await deliveryConsumer({
        async process(job) {
          taken.push(labels.get(job.deliveryId));
          return { kind: 'done' };
        },
      });
      await waitFor('all jobs', () => taken.length === wanted.length);
      expect(taken).toEqual(wanted);
    });

    test('thousands are added in one call', async () => {
      const { producer } = await harness();
      const added = await producer();
      const jobs = Array.from({ length: 2_300 }, () => someDelivery());
      await added.enqueueDeliveries(jobs);
      expect(await added.missing([...jobs, someDelivery()])).toEqual([...jobs.map(() => false), true]);
      expect((await added.depths())[1]).toMatchObject({ queue: 'deliveries-0', waiting: 2_300 });
    });

    test('an id added again while its job exists runs once; a new dispatchNumber runs again', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const job = someDelivery();
      await added.enqueueDeliveries([job, job]);
      await added.enqueueDeliveries([job]);
      await added.enqueueDeliveries([{ ...job, dispatchNumber: 2 }]);
      const numbers: number[] = [];
      await deliveryConsumer({
        async process(taken) {
          numbers.push(taken.dispatchNumber);
          return { kind: 'done' };
        },
      });
      await waitFor('two runs', () => numbers.length >= 2);
      await waitFor('an empty queue', async () => (await added.depths())[1]!.waiting === 0);
      expect(numbers.sort()).toEqual([1, 2]);
    });

    test('missing() tells apart what still comes and what is over', async () => {
      const { producer, deliveryConsumer } = await harness();
      const added = await producer();
      const held = gate();
      const jobs = {
        done: someDelivery({ severityRank: 0 }),
        failing: someDelivery({ severityRank: 0 }),
        retried: someDelivery({ severityRank: 0 }),
        active: someDelivery({ severityRank: 1 }),
        waiting: someDelivery({ severityRank: 1 }),
        prioritized: someDelivery({ severityRank: 4 }),
        delayed: someDelivery(),
      };
      const { done, failing, retried, active, waiting, prioritized, delayed } = jobs;
      await added.enqueueDeliveries([done, failing, retried, active, waiting, prioritized]);
      await enqueueDelayed(added, delayed, 60_000);
      await deliveryConsumer({
        async process({ deliveryId }) {
          if (deliveryId === jobs.failing.deliveryId) return { kind: 'failed', reason: 'gone' };
          if (deliveryId === jobs.retried.deliveryId)
            return { kind: 'retry', afterMs: 60_000, reason: 'later' };
          if (deliveryId === jobs.active.deliveryId) await held.opened;
          return { kind: 'done' };
        },
      });
      await waitFor('the active job', async () => (await deliveryQueue(added).getActiveCount()) === 1);
      await waitFor('the failed job', async () => (await added.depths())[1]!.failed === 1);
      const refs = [
        done,
        failing,
        retried,
        active,
        waiting,
        prioritized,
        delayed,
        { ...waiting, dispatchNumber: 2 },
      ];
      expect(await added.missing(refs)).toEqual([true, true, false, false, false, false, false, true]);
      held.open();
    });

    test('backlog and depths count what waits', async () => {
      const { producer } = await harness({ shards: store.shards });
      const added = await producer();
      await added.enqueueAlerts(
        [0, 4, 4].map((severityRank) => ({ day: '2026-02-03', severityRank, alerts: [] })),
      );
      await added.enqueueDeliveries([someDelivery({ severityRank: 0 }), someDelivery()]);
      await enqueueDelayed(added, someDelivery(), 60_000);
      expect(await added.alertBacklog()).toBe(3);
      expect((await added.depths()).slice(0, 2)).toEqual([
        { queue: 'alerts', waiting: 3, active: 0, delayed: 0, failed: 0 },
        { queue: 'deliveries-0', waiting: 2, active: 0, delayed: 1, failed: 0 },
      ]);
      expect(added.bullQueues()).toHaveLength(1 + store.shards);
      expect(await added.hasRoom()).toBe(true);
    });

    test('a shard that does not exist, a day that is none and an id with a colon are refused', async () => {
      const { producer } = await harness();
      const added = await producer();
      await expect(added.enqueueDeliveries([someDelivery({ shard: 1 })])).rejects.toMatchObject({
        code: 'unknown_shard',
      });
      await expect(added.missing([someDelivery({ shard: 1 })])).rejects.toMatchObject({
        code: 'unknown_shard',
      });
      const noDay = someDelivery({ day: '2026-02-30' });
      await expect(added.enqueueDeliveries([noDay])).rejects.toMatchObject({ code: 'invalid_job' });
      const colon = someDelivery({ deliveryId: 'a:b' });
      await expect(added.enqueueDeliveries([colon])).rejects.toMatchObject({ code: 'invalid_job' });
    });
  });
}
