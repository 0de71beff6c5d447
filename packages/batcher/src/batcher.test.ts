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

const pause = () => new Promise((resolve) => setTimeout(resolve, 10));

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

  test('gathers what comes within a while of the first', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 10, gatherMs: 500 });
    const both = [batcher.add(1)];
    await settle();
    expect(runs).toEqual([]);
    both.push(batcher.add(2));
    while (runs.length === 0) await pause();
    expect(runs.map(({ items }) => items)).toEqual([[1, 2]]);
    runs[0]?.end();
    await Promise.all(both);
  });

  test('rests after a run as its callers may, who has the shortest rest first, and all that wait share the next', async () => {
    const { runs, run } = createManualRuns();
    const lasted: number[] = [];
    const restMs = (caller: string, { tookMs }: { tookMs: number }) => {
      lasted.push(tookMs);
      return { patient: 60_000, brief: 500 }[caller] ?? 0;
    };
    const batcher = createBatcher({ run, restMs });
    const add = (caller: string, item: number) => batcher.addAll([item], { caller });
    const all = [add('patient', 1)];
    await settle();
    // Nothing has run: there is nothing to rest from.
    expect(runs).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    runs[0]?.end();
    await all[0];
    all.push(add('patient', 2));
    await settle();
    all.push(add('brief', 3));
    await settle();
    expect(runs).toHaveLength(1);
    while (runs.length === 1) await pause();
    runs[1]?.end();
    await Promise.all(all);
    all.push(add('patient', 4), add('hasty', 5));
    await settle();
    runs[2]?.end();
    await Promise.all(all);
    expect(runs.map(({ items }) => items)).toEqual([[1], [2, 3], [4, 5]]);
    expect(lasted[0]).toBe(0);
    expect(lasted[1]).toBeGreaterThan(15);
  });

  test('what fills a run is not gathered for longer, and rests as its callers may', async () => {
    const { runs, run } = createManualRuns();
    const restMs = (_: string, { isFull }: { isFull: boolean }) => (isFull ? 0 : 60_000);
    const lazy = { gatherMs: 60_000, restMs };
    const bySize = createBatcher({ run, ...lazy, batchSizeMax: 3, concurrency: 2 });
    const byWeight = createBatcher({ run, ...lazy, batchWeightMax: 10 });
    const all: Promise<unknown>[] = [bySize.addAll([1, 2]), byWeight.addAll([4], { weight: 9 })];
    await settle();
    expect(runs).toEqual([]);
    all.push(bySize.add(3), byWeight.addAll([5], { weight: 1 }));
    await settle();
    expect(runs.map(({ items }) => items)).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    // What is over fills no run, and is gathered.
    const over = bySize.addAll([10, 11, 12, 13]);
    const more = bySize.add(14);
    await settle();
    expect(runs.slice(2).map(({ items }) => items)).toEqual([[10, 11, 12, 13]]);
    runs[2]?.end();
    await over;
    all.push(more, bySize.addAll([15, 16]));
    await settle();
    // What was run does not count.
    for (const { end } of runs) end();
    await Promise.all(all);
    all.push(bySize.add(6), byWeight.addAll([7], { weight: 2 }));
    await settle();
    expect(runs).toHaveLength(4);
    all.push(bySize.addAll([8, 9]), byWeight.addAll([10], { weight: 8 }));
    await settle();
    for (const { end } of runs) end();
    await Promise.all(all);
  });

  test('a run that is refused is made again in halves: calls at fault fail alone, each as a whole', async () => {
    const runs: number[][] = [];
    const refused = new Error('refused');
    const batcher = createBatcher<number, number>({
      batchSizeMax: 10,
      isRefusal: (error) => error === refused,
      run: async (items) => {
        runs.push(items);
        if (items.includes(3)) throw refused;
        return items.map((item) => item * 10);
      },
    });
    const results = Promise.allSettled([1, 2].map((n) => batcher.add(n)));
    const both = batcher.addAll([3, 4]).catch((error) => error);
    expect(await batcher.add(5)).toBe(50);
    expect(await both).toBe(refused);
    expect(await results).toMatchObject([{ value: 10 }, { value: 20 }]);
    expect(runs).toEqual([[1, 2, 3, 4, 5], [1, 2], [3, 4, 5], [3, 4], [5]]);
    expect(batcher.pending()).toBe(0);
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

  test('addAll of nothing is nothing, and runs nothing', async () => {
    const { runs, run } = createManualRuns();
    expect(await createBatcher({ run, batchSizeMax: 2 }).addAll([])).toEqual([]);
    await settle();
    expect(runs).toEqual([]);
  });

  test('a call is never split: what does not fit behind others comes next, and too much comes alone', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 3, concurrency: 4 });
    const answers = Promise.all([
      batcher.addAll([1, 2]),
      batcher.addAll([3, 4]),
      batcher.addAll([5]),
      batcher.addAll([6, 7, 8, 9]),
      batcher.addAll([10]),
    ]);
    await settle();
    expect(runs.map(({ items }) => items)).toEqual([[1, 2], [3, 4, 5], [6, 7, 8, 9], [10]]);
    for (const { end } of runs) end();
    expect(await answers).toEqual([['r1', 'r2'], ['r3', 'r4'], ['r5'], ['r6', 'r7', 'r8', 'r9'], ['r10']]);
  });

  test('a run takes no more than its weight, but for a single call that weighs more', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchWeightMax: 10, concurrency: 4 });
    const answers = Promise.all([
      batcher.addAll([1, 2], { weight: 6 }),
      batcher.addAll([3], { weight: 4 }),
      batcher.addAll([4, 5], { weight: 21 }),
      batcher.addAll([6], { weight: 1 }),
      batcher.add(7),
    ]);
    await settle();
    expect(runs.map(({ items }) => items)).toEqual([
      [1, 2, 3],
      [4, 5],
      [6, 7],
    ]);
    for (const { end } of runs) end();
    await answers;
  });

  test('callers have their turn one after the other, each with its calls in order', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 3 });
    const add = (caller: string, ...items: number[]) => batcher.addAll(items, { caller });
    const answers = [add('much', 1, 2), add('much', 3, 4), add('much', 5), add('much', 6)];
    await settle();
    answers.push(add('little', 7), add('other', 8), add('little', 9));
    for (let ended = 0; ended < 4; ended += 1) {
      await settle();
      runs[ended]?.end();
    }
    await Promise.all(answers);
    expect(runs.map(({ items }) => items)).toEqual([[1, 2], [3, 4, 7], [8, 5, 9], [6]]);
  });

  test('of a caller’s calls the most urgent has its turn first, and callers have theirs in turn', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 2 });
    const add = (caller: string, urgency: number, ...items: number[]) =>
      batcher.addAll(items, { caller, urgency });
    const answers = [batcher.addAll([1])];
    await settle();
    answers.push(add('a', 4, 2), add('a', 4, 3), add('a', 1, 4), add('a', 0, 5), add('a', 1, 6));
    answers.push(add('b', 9, 7), add('b', 9, 8));
    for (let ended = 0; ended < 5; ended += 1) {
      await settle();
      runs[ended]?.end();
    }
    await Promise.all(answers);
    expect(runs.map(({ items }) => items)).toEqual([[1], [5, 7], [4, 8], [6, 2], [3]]);
  });

  test('one that has waited for too long has its turn before more urgent ones', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 1, patienceMs: 0 });
    const answers = [batcher.addAll([1])];
    await settle();
    for (const [urgency, item] of [
      [4, 2],
      [0, 3],
      [2, 4],
    ] as const) {
      answers.push(batcher.addAll([item], { urgency }));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    for (let ended = 0; ended < 4; ended += 1) {
      await settle();
      runs[ended]?.end();
    }
    await Promise.all(answers);
    expect(runs.map(({ items }) => items)).toEqual([[1], [2], [3], [4]]);
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

  test('one caller takes its share of what may wait, and leaves the rest to others', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({
      ...{ run, batchSizeMax: 3, pendingMax: 12, pendingWeightMax: 120, callerShare: 0.25 },
    });
    const add = (caller: string, items: number[], weight = 0) => batcher.addAll(items, { caller, weight });
    const first = add('greedy', [1, 2]);
    await settle();
    // What is under way counts too.
    const second = add('greedy', [3]);
    await expect(add('greedy', [4])).rejects.toBeInstanceOf(BatcherFullError);
    const others = ['a', 'b', 'c'].map((caller) => add(caller, [5, 6, 7]));
    await expect(add('d', [8])).rejects.toBeInstanceOf(BatcherFullError);
    for (let ended = 0; ended < 5; ended += 1) {
      runs[ended]?.end();
      await settle();
    }
    await Promise.all([first, second, ...others]);
    expect(batcher.pending()).toBe(0);

    // It bounds what waits: a caller with nothing waiting may add more at once.
    const large = add('greedy', [1, 2, 3, 4, 5], 100);
    await expect(add('greedy', [6])).rejects.toBeInstanceOf(BatcherFullError);
    const small = add('a', [7], 20);
    await expect(add('a', [8], 20)).rejects.toBeInstanceOf(BatcherFullError);
    for (const ended of [5, 6]) {
      await settle();
      runs[ended]?.end();
    }
    await Promise.all([large, small]);
    expect(await Promise.all([add('a', []), add('b', [])])).toEqual([[], []]);
  });

  test('of one caller no more calls are under way than it may have, and the place that is left is for others', async () => {
    const { runs, run } = createManualRuns();
    const batcher = createBatcher({ run, batchSizeMax: 1, concurrency: 2, callerRunningMax: 1 });
    const add = (caller: string, item: number) => batcher.addAll([item], { caller });
    const answers = [add('greedy', 1), add('greedy', 2), add('greedy', 3)];
    await settle();
    expect(runs.map(({ items }) => items)).toEqual([[1]]);
    answers.push(add('modest', 4), add('third', 5));
    await settle();
    expect(runs.map(({ items }) => items)).toEqual([[1], [4]]);
    runs[0]?.fail(new Error('no'));
    await expect(answers[0]).rejects.toThrow('no');
    await settle();
    expect(runs.map(({ items }) => items)).toEqual([[1], [4], [2]]);
    for (let ended = 1; ended < 5; ended += 1) {
      runs[ended]?.end();
      await settle();
    }
    expect(await Promise.all(answers.slice(1))).toEqual([['r2'], ['r3'], ['r4'], ['r5']]);
    expect(batcher.pending()).toBe(0);
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

test('whatever the load: each item once, in order, each call in one run, batches and concurrency within bounds', async () => {
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
      const runOf = new Map(batches.flatMap((batch, place) => batch.map((item) => [item, place])));
      const settled = await Promise.all(answers);
      for (const batch of batches) {
        const callsInIt = settled.filter(({ items }) => items.some((item) => batch.includes(item)));
        if (callsInIt.length > 1) expect(batch.length).toBeLessThanOrEqual(batchSizeMax);
      }
      expect(runningMax).toBeLessThanOrEqual(concurrency);
      expect(batcher.pending()).toBe(0);
      for (const { items, results } of settled) {
        expect(new Set(items.map((item) => runOf.get(item))).size).toBe(Math.min(1, items.length));
        if (items.some((item) => failed.has(item))) expect(results).toBeNull();
        else expect(results).toEqual(items.map((item) => -item));
      }
    }),
    { numRuns: 200 },
  );
});
