import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLowWaterMark } from './low-water-mark.ts';
import { mapConcurrent } from './map-concurrent.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let n = 1; n <= count; n += 1) yield n;
}

describe('mapping concurrently', () => {
  test('runs everything once, so many at a time', async () => {
    const done: number[] = [];
    let running = 0;
    let peak = 0;
    await mapConcurrent({
      source: numbers(20),
      concurrency: 3,
      run: async (n) => {
        running += 1;
        peak = Math.max(peak, running);
        await new Promise(setImmediate);
        running -= 1;
        done.push(n);
      },
    });
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(peak).toBe(3);
  });

  test('takes nothing new after a failure, waits for what is under way, and throws the failure', async () => {
    const ended: number[] = [];
    const running = mapConcurrent({
      source: numbers(100),
      concurrency: 2,
      run: async (n) => {
        if (n === 2) throw new Error('no');
        await new Promise(setImmediate);
        ended.push(n);
      },
    });
    await expect(running).rejects.toThrow('no');
    expect(ended).toEqual([1]);
  });

  test('ends the source, and throws what the source throws', async () => {
    let closed = false;
    async function* source() {
      try {
        yield 1;
        yield 2;
        throw new Error('broken');
      } finally {
        closed = true;
      }
    }
    await expect(
      mapConcurrent({ source: source(), concurrency: 1, run: async () => undefined }),
    ).rejects.toThrow('broken');
    expect(closed).toBe(true);
  });
});

describe('the low-water mark', () => {
  test('is the last item before the first one that is not done', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7]), (order) => {
        const mark = createLowWaterMark(0);
        const parts = Array.from({ length: 8 }, (_, index) => mark.begin((index + 1) * 10));
        for (const index of order) parts[index]?.();
        const gap = parts.findIndex((_, index) => !order.includes(index));
        expect(mark.value()).toBe((gap === -1 ? 8 : gap) * 10);
      }),
    );
  });

  test('begins at the given place', () => expect(createLowWaterMark(40).value()).toBe(40));
});
