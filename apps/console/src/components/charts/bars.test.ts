import { expect, test } from '@jest/globals';
import { layOutBars, sparklineText } from './bars.ts';

const size = { width: 120, height: 30 };

test('what succeeded stands on the bottom while nothing failed', () => {
  const { baseline, bars } = layOutBars(
    [
      { succeeded: 10, failed: 0 },
      { succeeded: 5, failed: 0 },
      { succeeded: 0, failed: 0 },
    ],
    size,
  );
  expect(baseline).toBe(30);
  expect(bars.map(({ x, succeededY, succeededHeight }) => [x, succeededY, succeededHeight])).toEqual([
    [0, 0, 30],
    [40, 15, 15],
    [80, 30, 0],
  ]);
});

test('what failed hangs below the baseline, inside the drawing', () => {
  const { baseline, bars } = layOutBars(
    [
      { succeeded: 30, failed: 0 },
      { succeeded: 0, failed: 10 },
    ],
    size,
  );
  expect(baseline).toBe(22.5);
  expect(bars[1]).toMatchObject({ succeededHeight: 0, failedHeight: 7.5 });
});

test('one failure among thousands is still seen', () => {
  const { bars } = layOutBars(
    [
      { succeeded: 100_000, failed: 1 },
      { succeeded: 1, failed: 0 },
    ],
    size,
  );
  expect(bars[0]?.failedHeight).toBeGreaterThan(1);
  expect(bars[1]?.succeededHeight).toBeGreaterThan(1);
});

test('nothing at all is no bar', () => {
  expect(layOutBars([], size)).toEqual({ baseline: 30, bars: [] });
  expect(layOutBars([{ succeeded: 0, failed: 0 }], size).bars[0]).toMatchObject({
    succeededHeight: 0,
    failedHeight: 0,
  });
});

test('the words have the sums', () => {
  expect(
    sparklineText([
      { succeeded: 1_000, failed: 1 },
      { succeeded: 204, failed: 0 },
    ]),
  ).toBe('Last 24 hours: 1,204 succeeded, 1 failed');
});
