import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BatcherClosedError, BatcherFullError, createBatcher } from './batcher.ts';

/** Runs whose end the test decides. */
function createManualRuns() {
  const runs: { items: number[]; end: () => void; fail: (error: Error) => void }[] = [];
  return {
    runs,
    run(items: number[]) {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      runs.push({ items, end: () => resolve(items.map((item) => `r${item}`)), fail: reject });
      return promise;
    },
  };
}

/** Lets every microtask run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a batcher', () => {
  test('starts at once when idle, and lets what arrives meanwhile share the next run', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 10 });
    const first = batcher.add(1);
    await settle();
    const others = [batcher.add(2), batcher.add(3)];
    await settle();
    expect(runs.map(({ items }) => items)).toEqual([[1]]);
    runs[0]?.end();
    expect(await first).toBe('r1');
    await settle();
    expect(runs.map(({ items }) => items)).toEqual([[1], [2, 3]]);
    runs[1]?.end();
    expect(await Promise.all(others)).toEqual(['r2', 'r3']);
  });

  test('what is added in the same turn shares the first run', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 10 });
    const all = Promise.all([batcher.add(1), batcher.add(2)]);
    await settle();
    expect(runs.map(({ items }) => items)).toEqual([[1, 2]]);
    runs[0]?.end();
    await all;
  });

  test('a run that throws rejects its own items only', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 1 });
    const results = Promise.allSettled([batcher.add(1), batcher.add(2)]);
    await settle();
    runs[0]?.fail(new Error('boom'));
    await settle();
    runs[1]?.end();
    expect(await results).toMatchObject([
      { status: 'rejected', reason: { message: 'boom' } },
      { status: 'fulfilled', value: 'r2' },
    ]);
    expect(batcher.pending()).toBe(0);
  });

  test('a run that throws before its promise does too', async () => {
    const batcher = createBatcher<number, string>({
      run: () => {
        throw new Error('at once');
      },
      batchSizeMax: 2,
    });
    await expect(batcher.add(1)).rejects.toThrow('at once');
    await expect(batcher.add(2)).rejects.toThrow('at once');
  });

  test('a run that answers too few rejects its items: none may wait for ever', async () => {
    const batcher = createBatcher<number, string>({ run: async () => ['one'], batchSizeMax: 2 });
    await expect(batcher.addAll([1, 2])).rejects.toThrow('1 results for 2 items');
  });

  test('addAll spans runs, answers in order, and of nothing is nothing', async () => {
    const batcher = createBatcher<number, number>({
      run: async (items) => items.map((item) => item * 2),
      batchSizeMax: 2,
      concurrency: 2,
    });
    expect(await batcher.addAll([1, 2, 3, 4, 5])).toEqual([2, 4, 6, 8, 10]);
    expect(await batcher.addAll([])).toEqual([]);
  });

  test('addAll rejects as one of its runs does, without an unhandled rejection of another', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 1, concurrency: 3 });
    const all = batcher.addAll([1, 2, 3]);
    await settle();
    runs[1]?.fail(new Error('boom'));
    await expect(all).rejects.toThrow('boom');
    runs[0]?.fail(new Error('later'));
    runs[2]?.end();
    await settle();
    expect(batcher.pending()).toBe(0);
  });

  test('above pendingMax it takes nothing of a call, and what it took it answers', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 2, pendingMax: 3 });
    const taken = batcher.addAll([1, 2]);
    await expect(batcher.addAll([3, 4])).rejects.toBeInstanceOf(BatcherFullError);
    const third = batcher.add(5);
    await expect(batcher.add(6)).rejects.toBeInstanceOf(BatcherFullError);
    expect(batcher.pending()).toBe(3);
    await settle();
    runs[0]?.end();
    expect(await taken).toEqual(['r1', 'r2']);
    await settle();
    expect(batcher.pending()).toBe(1);
    runs[1]?.end();
    expect(await third).toBe('r5');
  });

  test('close takes no more and waits for what was added, failures included', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 1 });
    const results = Promise.allSettled([batcher.add(1), batcher.add(2)]);
    let isClosed = false;
    const closing = batcher.close().then(() => {
      isClosed = true;
    });
    await expect(batcher.add(3)).rejects.toBeInstanceOf(BatcherClosedError);
    await settle();
    runs[0]?.end();
    await settle();
    expect(isClosed).toBe(false);
    runs[1]?.fail(new Error('boom'));
    await closing;
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await batcher.close();
  });
});

test('whatever the load: each item once, in order, in batches and concurrency within bounds, answered as its run was', async () => {
  const load = fc.record({
    batchSizeMax: fc.integer({ min: 1, max: 7 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
    calls: fc.array(fc.record({ size: fc.nat(9), waitTurns: fc.nat(3) }), { maxLength: 30 }),
    runTurns: fc.array(fc.nat(4), { minLength: 1, maxLength: 10 }),
    failEvery: fc.integer({ min: 2, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(load, async ({ batchSizeMax, concurrency, calls, runTurns, failEvery }) => {
      const batches: number[][] = [];
      const failed = new Set<number>();
      let running = 0;
      let runningMax = 0;
      const batcher = createBatcher<number, number>({
        batchSizeMax,
        concurrency,
        run: async (items) => {
          const place = batches.push(items) - 1;
          running += 1;
          runningMax = Math.max(runningMax, running);
          for (let turn = runTurns[place % runTurns.length] as number; turn > 0; turn -= 1) await settle();
          running -= 1;
          if ((place + 1) % failEvery === 0) {
            for (const item of items) failed.add(item);
            throw new Error('boom');
          }
          return items.map((item) => -item);
        },
      });

      let next = 0;
      const answers: Promise<{ items: number[]; results: number[] | null }>[] = [];
      for (const { size, waitTurns } of calls) {
        const items = Array.from({ length: size }, () => ++next);
        answers.push(
          batcher.addAll(items).then(
            (results) => ({ items, results }),
            () => ({ items, results: null }),
          ),
        );
        for (let turn = waitTurns; turn > 0; turn -= 1) await settle();
      }
      await batcher.close();

      expect(batches.flat()).toEqual(Array.from({ length: next }, (_, index) => index + 1));
      expect(Math.max(0, ...batches.map((batch) => batch.length))).toBeLessThanOrEqual(batchSizeMax);
      expect(runningMax).toBeLessThanOrEqual(concurrency);
      expect(batcher.pending()).toBe(0);
      for (const { items, results } of await Promise.all(answers)) {
        if (items.some((item) => failed.has(item))) expect(results).toBeNull();
        else expect(results).toEqual(items.map((item) => -item));
      }
    }),
    { numRuns: 200 },
  );
});
