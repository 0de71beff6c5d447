import { describe, expect, test } from '@jest/globals';
import type { Severity } from '@tocsin/contract';
import type { DispatchedDelivery, Outcome, Plan, Verdict } from '@tocsin/status-gateway';
import { waitFor } from '@tocsin/testkit';
import type { Reports } from './apply-reports.ts';
import type { Commit } from './committer.ts';
import { backlogsRestMs, createReportGroups, outcomesRestMs } from './report-groups.ts';

const planOf = (alertId: string, severity: Severity = 'LOW', destinationIds = ['d']): Plan => ({
  alertId,
  day: '2026-07-01',
  severity,
  isSystemError: false,
  decision: { rule: 'filters', destinationIds, skipped: [], notes: [] },
});
const outcomeOf = (deliveryId: string, destinationId = 'd'): Outcome =>
  ({ kind: 'skipped', deliveryId, destinationId }) as unknown as Outcome;
const jobOf = (alertId: string) => ({ alertId }) as DispatchedDelivery;

const destinationsOf = ({ plans, outcomes }: Reports) => [
  ...plans.flatMap(({ decision }) => decision.destinationIds),
  ...outcomes.map(({ destinationId }) => destinationId),
];

const REFUSED = Object.assign(new Error('no'), { code: '23514' });

/** Commits that end when the test says so, and that release `waiting` besides what they plan. */
function setUp({ waiting = [] as string[], refused = [] as string[], isEnqueued = Promise.resolve() } = {}) {
  const commits: Reports[] = [];
  /** Destinations that commits find with a backlog. */
  const behind = new Set<string>();
  const ends: (() => void)[] = [];
  const enqueued: string[] = [];
  const commit = (async (_kind: 'reports', change: Reports) => {
    commits.push(change);
    await new Promise<void>((resolve) => ends.push(resolve));
    if (change.plans.some(({ alertId }) => refused.includes(alertId))) throw REFUSED;
    return {
      result: change.outcomes.map(({ deliveryId }): Verdict => ({ kind: 'failed', reason: deliveryId })),
      jobs: [...change.plans.map(({ alertId }) => alertId), ...waiting].map(jobOf),
      hasBacklog: new Map(destinationsOf(change).map((id) => [id, behind.has(id)])),
    };
  }) as unknown as Commit;
  const groups = createReportGroups({
    commit,
    hasRoom: async () => true,
    enqueue: async (jobs) => {
      enqueued.push(...jobs.map(({ alertId }) => alertId));
      await isEnqueued;
    },
  });
  /** Lets commits end, one after the other, until there are no more. */
  async function endAll(): Promise<void> {
    for (let idle = 0; idle < 10; idle += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const end of ends.splice(0)) {
        idle = 0;
        end();
      }
    }
  }
  const named = () =>
    commits.map(({ plans, outcomes }) => [
      ...outcomes.map(({ deliveryId }) => deliveryId),
      ...plans.map(({ alertId }) => alertId),
    ]);
  return { groups, commits, behind, enqueued, endAll, named };
}

test('what arrives during a commit shares the next, and each caller gets its own', async () => {
  const { groups, enqueued, endAll, named } = setUp({ waiting: ['old'] });
  const first = groups.commitPlans([planOf('a')]);
  await new Promise((resolve) => setImmediate(resolve));
  const others = [
    groups.commitPlans([planOf('b'), planOf('c')]),
    groups.commitOutcomes([outcomeOf('x'), outcomeOf('y')]),
    groups.commitPlans([planOf('d')]),
    groups.commitOutcomes([outcomeOf('z')]),
  ];
  await endAll();
  expect(await first).toEqual([jobOf('a')]);
  expect(await Promise.all(others)).toEqual([
    [jobOf('b'), jobOf('c')],
    [
      { kind: 'failed', reason: 'x' },
      { kind: 'failed', reason: 'y' },
    ],
    [jobOf('d')],
    [{ kind: 'failed', reason: 'z' }],
  ]);
  expect(named()).toEqual([['a'], ['x', 'y', 'z', 'b', 'c', 'd']]);
  expect(enqueued).toEqual(['old', 'old']);
});

test('a severe alert waits for no crowd of others, and a crowd of alerts keeps no outcome waiting', async () => {
  const { groups, endAll, named } = setUp();
  const many = (prefix: string) => Array.from({ length: 200 }, (_, n) => planOf(`${prefix}-${n}`, 'INFO'));
  const calls: Promise<unknown>[] = [groups.commitPlans([planOf('a')])];
  await new Promise((resolve) => setImmediate(resolve));
  for (const prefix of ['i', 'j', 'k']) calls.push(groups.commitPlans(many(prefix)));
  calls.push(groups.commitPlans([planOf('critical', 'CRITICAL')]));
  for (const n of [1, 2, 3]) calls.push(groups.commitOutcomes([outcomeOf(`x${n}`)]));
  await endAll();
  await Promise.all(calls);
  // A plan weighs itself and its delivery: two of the three calls fit beside what is urgent.
  expect(named().map((names) => [names.length, ...names.slice(0, 4)])).toEqual([
    [1, 'a'],
    [404, 'x1', 'x2', 'x3', 'critical'],
    [200, 'k-0', 'k-1', 'k-2', 'k-3'],
  ]);
});

describe('destinations with a backlog', () => {
  /** Of these two, `slow` has one. */
  async function setUpBacklog() {
    const setting = setUp();
    setting.behind.add('slow');
    const first = setting.groups.commitOutcomes([outcomeOf('a', 'slow'), outcomeOf('b')]);
    await setting.endAll();
    await first;
    const begun = () => setting.named().slice(1);
    return { ...setting, begun, untilBegun: (count: number) => waitFor(() => begun().length === count) };
  }

  test('keep nobody waiting for their transactions', async () => {
    const { groups, behind, enqueued, endAll, begun, untilBegun } = await setUpBacklog();
    const long = groups.commitOutcomes([outcomeOf('c', 'slow')]);
    await untilBegun(1);
    const both = groups.commitOutcomes([outcomeOf('d', 'slow'), outcomeOf('e'), outcomeOf('f', 'slow')]);
    const planned = groups.commitPlans([planOf('p', 'LOW', ['d', 'slow']), planOf('q')]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun()).toEqual([['c'], ['e', 'q']]);
    behind.clear();
    await endAll();
    await long;
    await untilBegun(3);
    // Of the one call for both, what is in a queue by now is what waits for no backlog.
    expect(enqueued).toEqual(['q']);
    await endAll();
    expect(await both).toMatchObject([{ reason: 'd' }, { reason: 'e' }, { reason: 'f' }]);
    expect(await planned).toEqual([]);
    expect(enqueued).toEqual(['q', 'p']);
    // The backlog is done: it shares what the others have.
    const last = [groups.commitOutcomes([outcomeOf('g', 'slow')]), groups.commitOutcomes([outcomeOf('h')])];
    await untilBegun(4);
    expect(begun()).toEqual([['c'], ['e', 'q'], ['d', 'f', 'p'], ['g', 'h']]);
    await endAll();
    await Promise.all(last);
  });
});

test('a plan that is refused in one line keeps no job of the other from the queues', async () => {
  const { groups, behind, enqueued, endAll } = setUp({ refused: ['bad'] });
  behind.add('slow');
  const first = groups.commitOutcomes([outcomeOf('a', 'slow')]);
  await endAll();
  await first;
  let refusal: unknown;
  void groups.commitPlans([planOf('p'), planOf('bad', 'LOW', ['slow'])]).catch((error) => {
    refusal = error;
  });
  while (refusal === undefined) await endAll();
  expect(refusal).toBe(REFUSED);
  expect(enqueued).toEqual(['p']);
});

test('a line of backlogs rests for twice as long as it worked, for alerts as long, within bounds, beside others', () => {
  expect(backlogsRestMs('worker', { tookMs: 40 }, 999)).toBe(80);
  expect(backlogsRestMs('worker', { tookMs: 1 }, 0)).toBe(25);
  expect(backlogsRestMs('router', { tookMs: 40 }, 999)).toBe(40);
  expect(backlogsRestMs('router', { tookMs: 1 }, 0)).toBe(1);
  for (const caller of ['worker', 'router']) {
    expect(backlogsRestMs(caller, { tookMs: 8_000 }, 0)).toBe(100);
    expect(backlogsRestMs(caller, { tookMs: 40 }, 1_000)).toBe(0);
  }
});

test('outcomes rest for three times as long as the last transaction took, within bounds, and plans do not', async () => {
  expect(outcomesRestMs('worker', { tookMs: 4, isFull: false })).toBe(12);
  expect(outcomesRestMs('worker', { tookMs: 8_000, isFull: false })).toBe(50);
  expect(outcomesRestMs('worker', { tookMs: 4, isFull: true })).toBe(0);
  expect(outcomesRestMs('router', { tookMs: 4, isFull: false })).toBe(0);
  const { groups, commits, endAll, named } = setUp();
  const first = groups.commitOutcomes([outcomeOf('x')]);
  await waitFor(() => commits.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const endedAt = performance.now();
  await endAll();
  await first;
  const second = groups.commitOutcomes([outcomeOf('y')]);
  await waitFor(() => commits.length === 2);
  expect(performance.now() - endedAt).toBeGreaterThan(40);
  await endAll();
  await second;
  expect(named()).toEqual([['x'], ['y']]);
});

test('a call that is refused fails alone', async () => {
  const { groups, endAll } = setUp({ refused: ['bad'] });
  const calls = Promise.allSettled([
    groups.commitPlans([planOf('a')]),
    groups.commitPlans([planOf('b'), planOf('bad')]),
    groups.commitOutcomes([outcomeOf('x')]),
  ]);
  await endAll();
  expect(await calls).toMatchObject([
    { status: 'fulfilled', value: [jobOf('a')] },
    { status: 'rejected', reason: REFUSED },
    { status: 'fulfilled', value: [{ reason: 'x' }] },
  ]);
});

test('queues that are unavailable keep who reports outcomes waiting, and no transaction', async () => {
  const opened = Promise.withResolvers<void>();
  const { groups, endAll, named } = setUp({ waiting: ['old'], isEnqueued: opened.promise });
  const first = groups.commitOutcomes([outcomeOf('x')]);
  await endAll();
  const second = groups.commitOutcomes([outcomeOf('y')]);
  await waitFor(() => named().length === 2);
  await endAll();
  expect(named()).toEqual([['x'], ['y']]);
  const answered: string[] = [];
  void first.then(() => answered.push('first'));
  await endAll();
  expect(answered).toEqual([]);
  opened.resolve();
  expect(await Promise.all([first, second])).toMatchObject([[{ reason: 'x' }], [{ reason: 'y' }]]);
});

test('the jobs of a plan do not wait for those of a backlog that the same commit released', async () => {
  const { groups, enqueued, endAll } = setUp({
    waiting: ['old'],
    isEnqueued: new Promise<void>(() => undefined),
  });
  const planned = groups.commitPlans([planOf('a')]);
  void groups.commitOutcomes([outcomeOf('x')]);
  await endAll();
  expect(await planned).toEqual([jobOf('a')]);
  expect(enqueued).toEqual(['old']);
});

test('nothing is committed for nothing', async () => {
  const { groups, commits } = setUp();
  expect(await groups.commitPlans([])).toEqual([]);
  expect(await groups.commitOutcomes([])).toEqual([]);
  expect(commits).toEqual([]);
});
