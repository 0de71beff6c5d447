import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPlaces, freePlaces, hasShare, mayFollow } from './places.ts';

const LIMITS = { places: 2, jobsMax: 5 };

/** Places of one queue, and who was given one, in order. */
function createWorld(limits = LIMITS) {
  const world = { nowMs: 0, given: [] as string[] };
  const shared = createPlaces(limits, () => world.nowMs);
  const places = shared.forQueue();
  const ask = (...names: string[]) => {
    for (const name of names) places.ask(() => world.given.push(name));
  };
  const fill = () => Array.from({ length: limits.places }, () => places.begin());
  return Object.assign(world, { places, otherQueue: shared.forQueue, ask, fill });
}

/** The next turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Nobody is given a place before the job has ended, and somebody then. */
async function expectHeldUntilEnd(world: ReturnType<typeof createWorld>, job: { end(): void }) {
  world.ask('a');
  await turn();
  expect(world.given).toEqual([]);
  job.end();
  await turn();
  expect(world.given).toEqual(['a']);
}

describe('a place', () => {
  test('is given at once while one is free, and else in the order of asking, as jobs end', async () => {
    const world = createWorld();
    const jobs = [world.places.begin(), world.places.begin()];
    world.ask('a', 'b');
    await turn();
    expect(world.given).toEqual([]);
    jobs[0]!.end();
    expect(world.given).toEqual([]);
    await turn();
    expect(world.given).toEqual(['a', 'b']);
  });

  test('is not given to the next one before the one before has begun', async () => {
    const world = createWorld();
    const jobs = [world.places.begin(), world.places.begin()];
    for (const name of ['a', 'b'])
      world.places.ask(() => {
        world.given.push(name);
        world.places.begin();
      });
    jobs[0]!.end();
    await turn();
    expect(world.given).toEqual(['a']);
  });

  test('is free during a wait, and taken again after it', async () => {
    const world = createWorld();
    const job = world.places.begin();
    world.places.begin();
    world.ask('a');
    const { promise, resolve } = Promise.withResolvers<string>();
    const wait = job.waiting(() => promise);
    await turn();
    expect(world.given).toEqual(['a']);
    resolve('an answer');
    expect(await wait).toBe('an answer');
    world.ask('b');
    await turn();
    expect(world.given).toEqual(['a']);
    job.end();
    await turn();
    expect(world.given).toEqual(['a', 'b']);
  });

  test('is taken again also after a wait that fails', async () => {
    const world = createWorld({ places: 1, jobsMax: 5 });
    const job = world.places.begin();
    await expect(job.waiting(() => Promise.reject(new Error('reset')))).rejects.toThrow('reset');
    await expectHeldUntilEnd(world, job);
  });

  test('is not taken again by a job that ended while it waited', async () => {
    const world = createWorld({ places: 1, jobsMax: 5 });
    const job = world.places.begin();
    const { promise, resolve } = Promise.withResolvers<void>();
    const wait = job.waiting(() => promise);
    job.end();
    resolve();
    await wait;
    world.ask('a');
    expect(world.given).toEqual(['a']);
  });

  test('is as many as the job weighs', async () => {
    const world = createWorld({ places: 100, jobsMax: 5 });
    const job = world.places.begin();
    job.weigh(200);
    await expectHeldUntilEnd(world, job);
  });

  test('is not free where there are as many jobs as there may be, waiting ones included', async () => {
    const world = createWorld();
    const hanging = new Promise<never>(() => undefined);
    for (let n = 0; n < 5; n += 1) void world.places.begin().waiting(() => hanging);
    world.ask('a');
    await turn();
    expect(world.given).toEqual([]);
  });
});

describe('the place of a job that ends', () => {
  test('is for the one of its queue that comes with its end, before others of it', async () => {
    const world = createWorld();
    const [job] = world.fill();
    world.ask('a');
    job!.end();
    const come = world.places.askToFollow();
    expect(come).toBeDefined();
    await turn();
    expect(world.given).toEqual([]);
    come!();
    await turn();
    expect(world.given).toEqual(['a']);
  });

  test('is for another queue that waits, unless its own has no more than its share with the next job', async () => {
    const world = createWorld();
    const [job, another] = world.fill();
    const other = world.otherQueue();
    const otherAsks = () =>
      other.ask(() => {
        world.given.push('other');
        other.begin();
      });
    otherAsks();
    job!.end();
    expect(world.places.askToFollow()).toBeUndefined();
    await turn();
    expect(world.given).toEqual(['other']);
    otherAsks();
    another!.end();
    expect(world.places.askToFollow()).toBeDefined();
    await turn();
    expect(world.given).toEqual(['other']);
  });

  test('counts for its queue until the next job has come', async () => {
    const world = createWorld({ places: 4, jobsMax: 10 });
    const jobs = world.fill();
    world.otherQueue().ask(() => world.given.push('other'));
    for (const job of jobs) job.end();
    // All end before any is followed: two are its share.
    const come = jobs.map(() => world.places.askToFollow());
    expect(come.map((one) => one !== undefined)).toEqual([true, true, false, false]);
    await turn();
    expect(world.given).toEqual(['other']);
  });

  test.each([
    ['nobody else waits', { jobs: 99, taken: 11 }, 0, true],
    ['it has its share with the next job', { jobs: 20, taken: 5 }, 1, true],
    ['it has more than its share of the places', { jobs: 20, taken: 6 }, 1, false],
    ['it has more than its share of the jobs, though they take no places', { jobs: 50, taken: 0 }, 1, false],
    ['more queues wait', { jobs: 20, taken: 4 }, 2, false],
    ['a share is less than a place', { jobs: 0, taken: 0 }, 12, false],
  ])('is kept or not: %s', (_, load, others, expected) => {
    expect(mayFollow(load, others, { places: 12, jobsMax: 100 })).toBe(expected);
  });

  /** Queues that always want more jobs; the first has all places before the others come. */
  async function share(limits: { places: number; jobsMax: number }, count: number, rounds: number) {
    const shared = createPlaces(limits);
    const queues = Array.from({ length: count }, () => ({
      places: shared.forQueue(),
      jobs: [] as { end(): void }[],
      done: 0,
    }));
    const want = (queue: (typeof queues)[number]) =>
      queue.places.ask(() => {
        queue.jobs.push(queue.places.begin());
        want(queue);
      });
    for (const queue of queues) want(queue);
    for (let round = 0; round < rounds; round += 1) {
      for (const queue of queues) {
        const job = queue.jobs.shift();
        if (job === undefined) continue;
        queue.done += 1;
        job.end();
        const come = queue.places.askToFollow();
        if (come) queue.jobs.push(queue.places.begin());
        come?.();
        await turn();
      }
    }
    return queues;
  }

  test.each([
    [{ places: 12, jobsMax: 100 }, 5, 2],
    [{ places: 12, jobsMax: 100 }, 12, 1],
    [{ places: 12, jobsMax: 8 }, 4, 2],
  ])('of %j leaves each of %i queues its share', async (limits, count, least) => {
    const queues = await share(limits, count, 50);
    for (const { jobs } of queues) expect(jobs.length).toBeGreaterThanOrEqual(least);
  });

  test.each([
    [{ places: 1, jobsMax: 1 }, 2],
    [{ places: 3, jobsMax: 100 }, 7],
  ])('of %j goes round among %i queues, which are more', async (limits, count) => {
    const queues = await share(limits, count, 50);
    for (const { done } of queues) expect(done).toBeGreaterThan(5);
  });

  test('is nobody’s where there is none', () => {
    const world = createWorld();
    const [job] = world.fill();
    job!.weigh(2);
    expect(world.places.askToFollow()).toBeUndefined();
  });
});

test('whatever jobs do, as many are given a place as are free', async () => {
  const step = fc.record({
    kind: fc.constantFrom('ask', 'end', 'weigh', 'follow'),
    which: fc.nat(),
    weight: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { places } = createWorld();
      const jobs: { job: ReturnType<typeof places.begin>; weight: number }[] = [];
      let asked = 0;
      const begin = () => jobs.push({ job: places.begin(), weight: 1 });
      for (const { kind, which, weight } of steps) {
        const at = jobs.length === 0 ? -1 : which % jobs.length;
        if (kind === 'ask') {
          asked += 1;
          places.ask(() => {
            asked -= 1;
            begin();
          });
        } else if (at >= 0 && kind === 'weigh') {
          jobs[at]!.job.weigh(weight);
          jobs[at]!.weight = weight;
        } else if (at >= 0) {
          jobs.splice(at, 1)[0]!.job.end();
          const come = kind === 'follow' ? places.askToFollow() : undefined;
          if (come) begin();
          come?.();
        }
        await turn();
        const taken = jobs.reduce((sum, one) => sum + one.weight, 0);
        if (asked > 0) expect(freePlaces({ jobs: jobs.length, taken }, LIMITS)).toBe(0);
        expect(jobs.length).toBeLessThanOrEqual(LIMITS.jobsMax);
      }
    }),
  );
});

describe('the jobs of one owner', () => {
  const world = () => createPlaces({ places: 100, jobsMax: 12 }).forQueue();
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
