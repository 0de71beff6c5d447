import { describe, expect, test } from '@jest/globals';
import { UnrecoverableJobError } from '@tocsin/queues';
import { createLogger } from '@tocsin/service';
import type { DispatchedDelivery, Plan } from '@tocsin/status-gateway';
import * as fc from 'fast-check';
import { planFor, releasedFor } from '../test/sample.ts';
import { createPlanReporter, splitPlans } from './report-plans.ts';

const UNAVAILABLE = Object.assign(new Error('database unavailable'), { code: 'unavailable' });
const REFUSED = Object.assign(new Error('no'), { code: 'internal' });

/** A reporter to a gateway and queues that keep what they get, and can be made to fail. */
function setUp() {
  const seen = { commits: [] as Plan[][], queued: [] as DispatchedDelivery[], notQueued: 0 };
  const faults = { commit: null as Error | null, queue: null as Error | null, refused: [] as string[] };
  const lines: string[] = [];
  const latch = { open: Promise.resolve() };
  const reporter = createPlanReporter({
    gateway: {
      commitPlans: async (plans) => {
        seen.commits.push(plans);
        await latch.open;
        if (faults.commit !== null) throw faults.commit;
        if (plans.some(({ alertId }) => faults.refused.includes(alertId))) throw REFUSED;
        return plans.flatMap((plan) => plan.decision.destinationIds.map((id) => releasedFor(plan, id)));
      },
    },
    queues: {
      enqueueDeliveries: async (deliveries) => {
        if (faults.queue !== null) throw faults.queue;
        seen.queued.push(...deliveries);
      },
    },
    log: createLogger({
      level: 'warn',
      service: 'test',
      destination: { write: (line: string) => lines.push(line) },
    }),
    observe: { committed: () => undefined, notQueued: (count) => (seen.notQueued += count) },
  });
  return { seen, faults, lines, latch, reporter };
}

describe('reporting plans', () => {
  test('queues what the commit released', async () => {
    const { seen, reporter } = setUp();
    await reporter.report([planFor('a', 2), planFor('b', 1)]);
    expect(seen.commits).toHaveLength(1);
    expect(seen.queued.map(({ alertId }) => alertId)).toEqual(['a', 'a', 'b']);
  });

  test('shares a commit among jobs that come while others are under way', async () => {
    const { seen, latch, reporter } = setUp();
    const open = Promise.withResolvers<void>();
    latch.open = open.promise;
    // One turn apart, so that the first two jobs take both commits that may run at once.
    const done = [reporter.report([planFor('a', 1)])];
    await Promise.resolve();
    done.push(reporter.report([planFor('b', 1)]));
    await Promise.resolve();
    for (const id of ['c', 'd', 'e']) done.push(reporter.report([planFor(id, 1)]));
    open.resolve();
    await Promise.all(done);
    expect(seen.commits.map((plans) => plans.map(({ alertId }) => alertId))).toEqual([
      ['a'],
      ['b'],
      ['c', 'd', 'e'],
    ]);
  });

  test('commits what is more urgent first', async () => {
    const { seen, latch, reporter } = setUp();
    const open = Promise.withResolvers<void>();
    latch.open = open.promise;
    const done: Promise<void>[] = [];
    for (const name of ['a', 'b', 'c']) {
      done.push(reporter.report([planFor(name, 1)]));
      await Promise.resolve();
    }
    done.push(reporter.report(Array.from({ length: 200 }, (_, n) => planFor(`info-${n}`, 1))));
    done.push(reporter.report([{ ...planFor('critical', 1), severity: 'CRITICAL' }]));
    open.resolve();
    await Promise.all(done);
    expect(seen.commits.slice(3).map((plans) => plans[0]?.alertId)).toEqual(['critical', 'info-0']);
  });

  test('splits a commit that would name too many destinations', async () => {
    const { seen, reporter } = setUp();
    await reporter.report([planFor('a', 600), planFor('b', 600), planFor('c', 1)]);
    expect(seen.commits.map((plans) => plans.length)).toEqual([1, 2]);
    expect(seen.queued).toHaveLength(1_201);
  });

  test('throws what the commit threw, so that the job comes again', async () => {
    const { faults, seen, reporter } = setUp();
    faults.commit = UNAVAILABLE;
    await expect(reporter.report([planFor('a', 1)])).rejects.toThrow('database unavailable');
    expect(seen.queued).toEqual([]);
    faults.commit = null;
    await reporter.report([planFor('a', 1)]);
    expect(seen.queued).toHaveLength(1);
  });

  test('commits all but what is refused, of the same job and of others, and says which alerts those are', async () => {
    const { faults, seen, reporter } = setUp();
    const names = Array.from({ length: 100 }, (_, n) => `a${n}`);
    faults.refused = ['a3', 'a77'];
    const [first, second, third] = await Promise.allSettled([
      reporter.report(names.slice(0, 60).map((name) => planFor(name, 1))),
      reporter.report(names.slice(60).map((name) => planFor(name, 1))),
      reporter.report([planFor('b', 1)]),
    ]);
    expect(first).toMatchObject({
      reason: { code: 'refused_plans', message: expect.stringContaining('alert a3 cannot'), cause: REFUSED },
    });
    expect((first as PromiseRejectedResult).reason).toBeInstanceOf(UnrecoverableJobError);
    expect(second).toMatchObject({ reason: { message: expect.stringContaining('alert a77 cannot') } });
    expect(third).toMatchObject({ status: 'fulfilled' });
    expect(seen.queued).toHaveLength(99);
    expect(seen.commits.length).toBeLessThan(40);
  });

  test('does not split a commit that fails because of the moment', async () => {
    const { faults, seen, reporter } = setUp();
    faults.commit = UNAVAILABLE;
    const plans = [planFor('a', 1), planFor('b', 1)];
    await expect(reporter.report(plans)).rejects.toBe(UNAVAILABLE);
    expect(seen.commits).toHaveLength(1);
  });

  test('is done with an alert whose deliveries cannot be queued: they are committed, and will be dispatched', async () => {
    const { faults, seen, lines, reporter } = setUp();
    faults.queue = new Error('queue unavailable');
    await reporter.report([planFor('a', 2)]);
    expect(seen.notQueued).toBe(2);
    expect(lines.join()).toContain('queue unavailable');
  });

  test('waits for what is under way when it is closed', async () => {
    const { seen, latch, reporter } = setUp();
    const open = Promise.withResolvers<void>();
    latch.open = open.promise;
    const done = reporter.report([planFor('a', 1)]);
    const closed = reporter.close();
    open.resolve();
    await closed;
    expect(seen.queued).toHaveLength(1);
    await done;
    await expect(reporter.report([planFor('b', 1)])).rejects.toMatchObject({ code: 'batcher_closed' });
  });
});

describe('splitting plans into commits', () => {
  test('keeps few plans together', () => {
    const plans = [planFor('a', 2), planFor('b', 0)];
    expect(splitPlans(plans, { plansMax: 10, destinationsMax: 10 })).toEqual([plans]);
  });

  test('gives a plan beyond the limit a commit of its own', () => {
    const plans = [planFor('a', 1), planFor('b', 50), planFor('c', 1)];
    const sizes = splitPlans(plans, { plansMax: 10, destinationsMax: 10 }).map((commit) => commit.length);
    expect(sizes).toEqual([1, 1, 1]);
  });

  test('counts skipped destinations too', () => {
    const disabled = planFor('a', 6, { skipped: true });
    expect(splitPlans([disabled, planFor('b', 6)], { plansMax: 10, destinationsMax: 10 })).toHaveLength(2);
  });

  test('keeps the first of several plans for one alert', () => {
    const [first, second] = [planFor('a', 1), planFor('a', 2)];
    expect(splitPlans([first, second], { plansMax: 10, destinationsMax: 10 })).toEqual([[first]]);
  });

  test('every alert is in exactly one commit, in order, and no commit is beyond a limit it could keep', () => {
    const limits = { plansMax: 4, destinationsMax: 9 };
    fc.assert(
      fc.property(fc.array(fc.nat(14), { maxLength: 30 }), (fanOuts) => {
        const plans = fanOuts.map((fanOut, index) => planFor(`alert-${index}`, fanOut));
        const commits = splitPlans(plans, limits);
        expect(commits.flat()).toEqual(plans);
        for (const commit of commits) {
          const destinations = commit.reduce((sum, plan) => sum + plan.decision.destinationIds.length, 0);
          expect(commit.length).toBeGreaterThan(0);
          expect(commit.length).toBeLessThanOrEqual(limits.plansMax);
          if (commit.length > 1) expect(destinations).toBeLessThanOrEqual(limits.destinationsMax);
        }
      }),
    );
  });
});
