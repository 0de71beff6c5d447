import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AttemptResult, Severity } from '@tocsin/contract';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import type { ChangedFlow } from '../src/commit/ledger.ts';
import { type Commits, commitOutcomes, commitPlans, createCommits } from './commits.ts';
import { createHarness, createQueues, type Harness } from './dispatch-harness.ts';
import { A, attempted, B, FAILED, SUCCEEDED } from './scene.ts';

let harness: Harness;
let deps: Commits;
let flows: ChangedFlow[];

beforeEach(async () => {
  harness = await createHarness();
  flows = [];
  deps = createCommits(harness.database, { onFlows: (changed) => void flows.push(...changed) });
  await harness.database.pool.query('UPDATE destinations SET max_in_flight = 100, retry = $1', [
    JSON.stringify({ baseDelayMs: 60_000 }),
  ]);
});

afterEach(() => harness?.close());

const accept = (names: string[], to = B, severity: Severity = 'LOW', hasRoom = true) =>
  commitPlans(
    deps,
    names.map((name) => harness.plan(name, [to], { severity })),
    hasRoom,
  );
const names = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
const report = async (jobs: DispatchedDelivery[], result: AttemptResult) =>
  (
    await commitOutcomes(
      deps,
      jobs.map((job) => attempted(job, 1, result)),
      true,
    )
  ).released;
/** As workers report jobs of a destination that has its share of them. */
const givenBack = (jobs: DispatchedDelivery[]) =>
  jobs.map(({ deliveryId, day, destinationId, round, dispatchNumber }) => ({
    ...{ kind: 'skipped' as const, deliveryId, day, destinationId, round, dispatchNumber },
    crowded: true,
  }));
const flowOf = async (id: string) =>
  (
    await harness.database.pool.query(
      `SELECT flow_limit AS "limit", circuit_opened_at IS NOT NULL AS "isOpen", held_until > circuit_opened_at AS "isHeld"
       FROM destination_health WHERE destination_id = $1`,
      [id],
    )
  ).rows[0];
const setLimit = (limit: number) =>
  harness.database.pool.query('UPDATE destination_health SET flow_limit = $1', [limit]);
const passTime = (seconds: number) =>
  harness.database.pool.query(
    `UPDATE destination_health SET held_until = held_until - $1 * interval '1 second',
       limit_lowered_at = limit_lowered_at - $1 * interval '1 second'`,
    [seconds],
  );
async function tick(): Promise<DispatchedDelivery[]> {
  const queues = createQueues();
  await harness.dispatcherWith(queues).tick();
  return queues.deliveries;
}

const TIMEOUT: AttemptResult = {
  ...FAILED,
  statusCode: null,
  durationMs: 10_000,
  error: { code: 'timeout', message: 'no answer' },
};

const CAUSE = { errorCode: 'timeout', statusCode: null, reason: 'no answer' };

describe('a destination’s limit', () => {
  test('is for what is queued, and grows with good answers while deliveries wait', async () => {
    await setLimit(4);
    const first = await accept(names(40, 'a'));
    expect(first).toHaveLength(4);
    const second = await report(first, SUCCEEDED);
    expect(second).toHaveLength(8);
    expect(await report(second, SUCCEEDED)).toHaveLength(16);
    expect(await harness.counts(B)).toMatchObject({ waiting: 12, queued: 16 });
    expect(flows).toEqual([]);
  });

  test('is halved by timeouts, once for those that were under way together', async () => {
    await setLimit(16);
    const jobs = await accept(names(40, 'a'));
    expect(await report(jobs.slice(0, 8), TIMEOUT)).toHaveLength(0);
    expect(await flowOf(B)).toMatchObject({ limit: 8 });
    expect(await report(jobs.slice(8, 10), TIMEOUT)).toHaveLength(2);
    expect(flows).toMatchObject([
      { destinationId: B, destinationName: 'second', change: 'limit_lowered', cause: CAUSE },
    ]);
  });

  test('is what is queued once workers give deliveries back, and grows again with good answers', async () => {
    await setLimit(16);
    const jobs = await accept(names(40, 'a'));
    const back = givenBack(jobs.slice(0, 4));
    expect((await commitOutcomes(deps, back, true)).released).toEqual([]);
    expect(await flowOf(B)).toMatchObject({ limit: 12 });
    expect(await harness.counts(B)).toEqual({ waiting: 28, queued: 12, delayed: 0 });
    expect(flows).toMatchObject([{ change: 'limit_lowered', cause: { errorCode: null } }]);
    // As where the same is reported once more.
    expect((await commitOutcomes(deps, back, true)).released).toEqual([]);
    expect(await flowOf(B)).toMatchObject({ limit: 12 });
    expect(await report(jobs.slice(4), SUCCEEDED)).toHaveLength(12);
    expect((await flowOf(B)).limit).toBeGreaterThan(12);
  });

  test('is as many as were queued beside what came back, though others of them succeeded since', async () => {
    await setLimit(16);
    const jobs = await accept(names(40, 'a'));
    const back = givenBack(jobs.slice(12));
    const succeeded = jobs.slice(0, 10).map((job) => attempted(job, 1, SUCCEEDED));
    const { released } = await commitOutcomes(deps, [...succeeded, ...back], true);
    expect((await flowOf(B)).limit).toBeGreaterThanOrEqual(12);
    expect(released.length).toBeGreaterThanOrEqual(10);
  });

  test('is none for a while where retries have its share, which no limit counts', async () => {
    await setLimit(4);
    const jobs = await accept(names(4, 'a'));
    await report(jobs, FAILED);
    await accept(names(6, 'b'), B, 'LOW', false);
    const back = givenBack(jobs);
    expect((await commitOutcomes(deps, back.slice(0, 1), true)).released).toEqual([]);
    await passTime(-3_600);
    expect(await tick()).toEqual([]);
    await passTime(3_605);
    expect(await tick()).toHaveLength(1);
  });

  test('leaves room for new alerts beside retries in their delay', async () => {
    await setLimit(4);
    await report(await accept(names(4, 'a')), FAILED);
    expect(await harness.counts(B)).toEqual({ waiting: 0, queued: 0, delayed: 4 });
    expect(await accept(names(4, 'b'))).toHaveLength(4);
  });

  test('with a rate limit is no more than can be under way at that rate', async () => {
    await harness.database.pool.query('UPDATE destinations SET rate_limit_per_second = 3, timeout_ms = 2000');
    expect(await accept(names(40, 'a'))).toHaveLength(7);
  });
});

const GONE: AttemptResult = {
  ...FAILED,
  statusCode: null,
  error: { code: 'dns', message: 'no such name' },
};

describe('a destination’s circuit', () => {
  /** A hold lasts until `passHold`, however slow this machine is. */
  const keepHold = () => passTime(-3_600);
  const passHold = () => passTime(3_605);

  const open = async () => {
    const released = await report(await accept(names(30, 'a')), GONE);
    await keepHold();
    return released;
  };

  test('lets one attempt at a time through, and the next at once, where the receiver answers', async () => {
    const jobs = await accept(names(30, 'a'));
    await accept(names(5, 'b'), B, 'LOW', false);
    const probe = await report(jobs, FAILED);
    expect(probe).toHaveLength(1);
    expect(await report(probe, FAILED)).toHaveLength(1);
  });

  test('opens after failures in a row, and lets one attempt at a time through, a while apart', async () => {
    expect(await open()).toEqual([]);
    expect(await flowOf(B)).toEqual({ limit: 1, isOpen: true, isHeld: true });
    expect(flows).toMatchObject([
      {
        destinationId: B,
        change: 'circuit_opened',
        cause: { errorCode: 'dns', statusCode: null, reason: 'no such name' },
      },
    ]);
    expect(await accept(names(10, 'b'))).toEqual([]);
    expect(await tick()).toEqual([]);
    await passHold();
    const probe = await tick();
    expect(probe).toHaveLength(1);
    expect(await tick()).toEqual([]);
    expect(await report(probe, GONE)).toEqual([]);
    await keepHold();
    expect(await tick()).toEqual([]);
    await passHold();
    expect(await tick()).toHaveLength(1);
  });

  test('closes after two successes, and what waits goes out with each answer', async () => {
    await open();
    await accept(names(20, 'b'));
    await passHold();
    const second = await report(await tick(), SUCCEEDED);
    expect(second).toHaveLength(1);
    const next = await report(second, SUCCEEDED);
    expect(next).toHaveLength(2);
    expect(flows.map(({ change }) => change)).toEqual(['circuit_opened', 'circuit_closed']);
    expect(await report(next, SUCCEEDED)).toHaveLength(4);
  });

  test('is of one destination alone', async () => {
    await open();
    expect(await accept(names(10, 'c'), A)).toHaveLength(2);
  });

  test('lets a delivery that had a job wait without using up a retry', async () => {
    await open();
    const [job] = (
      await harness.database.pool.query(
        `SELECT id AS "deliveryId", received_day AS day, destination_id AS "destinationId", round,
           dispatch_number AS "dispatchNumber" FROM deliveries WHERE queue_state = 'delayed' LIMIT 1`,
      )
    ).rows;
    await commitOutcomes(deps, [{ kind: 'skipped', ...job }], true);
    const { rows } = await harness.database.pool.query(
      'SELECT queue_state, attempts FROM deliveries WHERE id = $1',
      [job.deliveryId],
    );
    expect(rows).toEqual([{ queue_state: 'waiting', attempts: 1 }]);
  });
});

test('half of what is released are first attempts, though retries of more severe alerts are due', async () => {
  await setLimit(100);
  const failed = await accept(names(20, 'old'), B, 'CRITICAL');
  await report(failed.slice(0, 19), FAILED);
  await harness.database.pool.query(
    `UPDATE deliveries SET queue_state = 'waiting', lease_until = NULL, next_attempt_at = now() WHERE queue_state = 'delayed'`,
  );
  await harness.database.pool.query(
    `UPDATE destination_health SET waiting = waiting + delayed, delayed = 0, next_due_at = NULL WHERE destination_id = $1`,
    [B],
  );
  await accept(names(20, 'new'), B, 'INFO', false);
  await setLimit(11);
  const released = await tick();
  // One is queued still.
  expect(released).toHaveLength(10);
  expect(released.filter(({ isRetry }) => !isRetry)).toHaveLength(5);
});
