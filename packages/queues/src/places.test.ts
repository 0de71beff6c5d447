import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { concurrencyFor, createPlaces, hasShare } from './places.ts';

const LIMITS = { places: 2, jobsMax: 5, oldAfterMs: 100 };

function createWorld(options = LIMITS) {
  const world = { nowMs: 0, changes: [] as number[] };
  const places = createPlaces(options, () => world.nowMs);
  let before = places.concurrency();
  places.onUpdate((concurrency) => {
    if (concurrency !== before) world.changes.push(concurrency);
    before = concurrency;
  });
  return Object.assign(world, { places });
}

describe('a worker', () => {
  test('may have as many jobs as there are places', () => {
    const { places } = createWorld();
    expect(places.concurrency()).toBe(2);
    const job = places.begin();
    places.begin();
    expect(places.concurrency()).toBe(2);
    job.end();
    expect(places.concurrency()).toBe(2);
  });

  test('may have one more for each that has left its place, until that ends', () => {
    const { places, changes } = createWorld();
    const [first, second] = [places.begin(), places.begin()];
    first.leave();
    first.leave();
    second.leave();
    expect(places.concurrency()).toBe(4);
    first.end();
    expect(places.concurrency()).toBe(3);
    second.end();
    expect({ concurrency: places.concurrency(), changes }).toEqual({ concurrency: 2, changes: [3, 4, 3, 2] });
  });

  test('has old jobs leave their places by themselves', () => {
    const world = createWorld();
    world.places.begin();
    world.nowMs = 50;
    world.places.begin();
    world.nowMs = 100;
    world.places.look();
    expect(world.places.concurrency()).toBe(3);
    world.nowMs = 150;
    world.places.look();
    expect(world.places.concurrency()).toBe(4);
  });

  test('never has more than its most', () => {
    const { places } = createWorld();
    for (let n = 0; n < 8; n += 1) places.begin().leave();
    expect(places.concurrency()).toBe(5);
  });

  test('takes no more where one job fills all places, and goes on once it ends', () => {
    const { places } = createWorld();
    const job = places.begin();
    job.weigh(200);
    expect(places.concurrency()).toBe(1);
    job.end();
    expect(places.concurrency()).toBe(2);
  });

  test('a job that weighs something after it left takes nothing', () => {
    const { places } = createWorld();
    const job = places.begin();
    job.leave();
    job.weigh(200);
    expect(places.concurrency()).toBe(3);
    job.end();
    expect(places.concurrency()).toBe(2);
  });
});

test('whatever jobs do, a worker may have those it has and one for each free place, at least one, at most its most', () => {
  const step = fc.record({
    kind: fc.constantFrom('begin', 'leave', 'end', 'wait'),
    which: fc.nat(),
    weight: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = createWorld();
      const jobs: {
        job: ReturnType<typeof world.places.begin>;
        weight: number;
        beganAt: number;
        left: boolean;
      }[] = [];
      for (const { kind, which, weight } of steps) {
        const at = jobs.length === 0 ? -1 : which % jobs.length;
        if (kind === 'begin') {
          const job = world.places.begin();
          job.weigh(weight);
          jobs.push({ job, weight, beganAt: world.nowMs, left: false });
        } else if (kind === 'wait') {
          world.nowMs += 40;
          world.places.look();
          for (const one of jobs) if (one.beganAt <= world.nowMs - LIMITS.oldAfterMs) one.left = true;
        } else if (at >= 0 && kind === 'leave') {
          jobs[at]!.job.leave();
          jobs[at]!.left = true;
        } else if (at >= 0) {
          jobs.splice(at, 1)[0]!.job.end();
        }
        const taken = jobs.filter(({ left }) => !left).reduce((sum, one) => sum + one.weight, 0);
        expect(world.places.concurrency()).toBe(concurrencyFor({ jobs: jobs.length, taken }, LIMITS));
      }
    }),
  );
});

describe('the jobs of one owner', () => {
  const world = () => createWorld({ places: 100, jobsMax: 12, oldAfterMs: 100 }).places;
  const take = (places: ReturnType<typeof world>, owner: string, count: number) =>
    Array.from({ length: count }, () => places.begin().belongTo(owner));

  test('are half of all at most, so that as many are left for others', () => {
    expect(take(world(), 'a', 8)).toEqual([true, true, true, true, true, true, false, false]);
  });

  test('are a third each of two, and one is always let in', () => {
    const places = world();
    expect(take(places, 'a', 4).concat(take(places, 'b', 4))).not.toContain(false);
    expect(take(places, 'a', 1)).toEqual([false]);
    expect(take(places, 'c', 2)).toEqual([true, false]);
  });

  test('count until they end', () => {
    const places = world();
    const jobs = Array.from({ length: 6 }, () => {
      const job = places.begin();
      expect(job.belongTo('a')).toBe(true);
      return job;
    });
    const more = places.begin();
    expect(more.belongTo('a')).toBe(false);
    more.end();
    jobs[0]!.end();
    expect(places.begin().belongTo('a')).toBe(true);
  });

  test('leave room for the next ones, however many owners want all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 20, max: 500 }), (owners, jobsMax) => {
        const held = Array.from({ length: owners }, () => 0);
        let jobs = 0;
        for (let turn = 0; turn < owners * jobsMax; turn += 1) {
          const owner = turn % owners;
          if (!hasShare(held[owner]! + 1, jobs + 1, { jobsMax })) continue;
          held[owner]! += 1;
          jobs += 1;
        }
        expect(jobsMax - jobs).toBeGreaterThanOrEqual(Math.floor(jobsMax / (owners + 1)) - owners);
      }),
    );
  });
});
