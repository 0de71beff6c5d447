import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { settleByHalves } from './settle-by-halves.ts';

const REFUSED = new Error('refused');

test('every item but those at fault succeeds, once, in order, in few runs', async () => {
  const items = fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(items, fc.func(fc.integer({ min: 0, max: 9 })), async (all, dice) => {
      const bad = new Set(all.filter((item) => dice(item) === 0));
      const done: number[] = [];
      let runs = 0;
      const settled = await settleByHalves(
        all,
        async (some) => {
          runs += 1;
          if (some.some((item) => bad.has(item))) throw REFUSED;
          done.push(...some);
          return some.map(String);
        },
        (error) => error === REFUSED,
      );
      expect(settled).toEqual(
        all.map((item) =>
          bad.has(item)
            ? { status: 'rejected', reason: REFUSED }
            : { status: 'fulfilled', value: String(item) },
        ),
      );
      expect(done).toEqual(all.filter((item) => !bad.has(item)));
      expect(runs).toBeLessThanOrEqual(1 + 2 * bad.size * Math.ceil(Math.log2(all.length)));
    }),
  );
});

test('what is no refusal fails the items of its run, and no others', async () => {
  const failure = new Error('unavailable');
  const runs: number[][] = [];
  const settled = await settleByHalves(
    [1, 2, 3, 4],
    async (some) => {
      runs.push(some);
      if (some.length === 4) throw REFUSED;
      if (some.includes(3)) throw failure;
      return some;
    },
    (error) => error === REFUSED,
  );
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  expect(runs).toEqual([
    [1, 2, 3, 4],
    [1, 2],
    [3, 4],
  ]);
});
