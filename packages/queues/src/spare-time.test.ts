import { describe, expect, test } from '@jest/globals';
import { createPlaces } from './places.ts';
import { createPlacesBySpareTime, createUtilization, nextPlaces } from './spare-time.ts';

const RANGE = { min: 12, max: 128 };

describe('the places of a thread', () => {
  test.each([
    ['grow while jobs wait and it has time to spare', 12, 0.1, true, 18],
    ['up to a bound', 100, 0.1, true, 128],
    ['stay while it is neither idle nor busy', 40, 0.5, true, 40],
    ['are few again at once when it has no time', 128, 0.9, true, 12],
    ['become fewer while no job waits', 40, 0.1, false, 26],
    ['and stay few', 12, 0.1, false, 12],
  ])('%s', (_, places, utilization, isShort, next) => {
    expect(nextPlaces(places, { utilization, isShort }, RANGE)).toBe(next);
  });

  test('are looked at five times a second, however often they are asked for', () => {
    const world = { nowMs: 0, looks: 0 };
    const places = createPlacesBySpareTime(RANGE, {
      nowMs: () => world.nowMs,
      utilization: () => {
        world.looks += 1;
        return 0;
      },
      wasShort: () => true,
    });
    for (; world.nowMs < 1_000; world.nowMs += 1) places();
    expect(world.looks).toBe(4);
    expect(places()).toBeGreaterThan(RANGE.min);
  });
});

test('a thread that waits for slow answers has more jobs, and fewer once it is busy', async () => {
  const world = { nowMs: 0, utilization: 0.05 };
  const places = createPlaces(
    { places: 2, placesMax: 6, jobsMax: 100 },
    () => world.nowMs,
    () => world.utilization,
  ).forQueue();
  const jobs: { end(): void }[] = [];
  const ask = () => places.ask(() => jobs.push(places.begin()));
  for (let n = 0; n < 100; n += 1) ask();
  const pass = async () => {
    for (let n = 0; n < 20; n += 1) {
      world.nowMs += 1_000;
      jobs.shift()?.end();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  expect(jobs).toHaveLength(2);
  await pass();
  expect(jobs).toHaveLength(6);
  world.utilization = 0.9;
  await pass();
  expect(jobs).toHaveLength(2);
});

test('a thread that nobody waits for keeps few places, so that a burst finds few', () => {
  const world = { nowMs: 0 };
  const places = createPlaces(
    { places: 2, placesMax: 6, jobsMax: 100 },
    () => world.nowMs,
    () => 0.05,
  ).forQueue();
  for (let n = 0; n < 50; n += 1) {
    world.nowMs += 1_000;
    places.ask(() => places.begin().end());
  }
  let given = 0;
  for (let n = 0; n < 10; n += 1)
    places.ask(() => {
      given += 1;
      places.begin();
    });
  expect(given).toBe(2);
});

test('how busy this thread was is a share of the time', async () => {
  const utilization = createUtilization();
  const until = performance.now() + 50;
  while (performance.now() < until);
  await new Promise((resolve) => setImmediate(resolve));
  const busy = utilization();
  expect(busy).toBeGreaterThan(0.5);
  expect(busy).toBeLessThanOrEqual(1);
});
