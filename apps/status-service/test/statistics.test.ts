import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AttemptResult, Stats } from '@tocsin/contract';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { connectDatabase } from '@tocsin/store';
import { cancelForDeleted } from '../src/dispatcher/cancel-for-deleted.ts';
import { expireBeyondRetention } from '../src/maintenance/expire-deliveries.ts';
import { binOf } from '../src/statistics/delay-histogram.ts';
import { type Committing, startCommitting } from './api-harness.ts';
import { commitOutcomes, commitPlans, commitReports, resend } from './commits.ts';
import { A, attempted, B, FAILED, SUCCEEDED } from './scene.ts';

let scene: Committing;
beforeEach(async () => {
  scene = await startCommitting();
  await scene.addDestination(A, 'alpha');
  await scene.addDestination(B, 'Beta');
});
afterEach(() => scene?.close());

const stats = async (query = ''): Promise<Stats> => {
  const { status, body } = await scene.get(`/v1/stats${query}`);
  expect(status).toBe(200);
  return body;
};

const countsOf = ({ totals: { accepted, succeeded, failed, failedAttempts } }: Pick<Stats, 'totals'>) => ({
  accepted,
  succeeded,
  failed,
  failedAttempts,
});

/** What is stored, in each granularity, for everything and for each destination. */
async function storedSums() {
  const { rows } = await scene.database.pool.query(
    `SELECT granularity, CASE WHEN stripe > 0 THEN 'everything' ELSE destination_id::text END AS whose,
       sum(accepted) AS accepted, sum(succeeded) AS succeeded, sum(failed) AS failed,
       sum(failed_attempts) AS "failedAttempts", coalesce(sum(d.delays), 0)::integer AS delays
     FROM stats_buckets s CROSS JOIN LATERAL (SELECT sum(n) AS delays FROM unnest(s.delays) AS n) AS d
     GROUP BY 1, 2 ORDER BY 2, 1`,
  );
  return rows;
}

const inEachGranularity = (whose: string, counts: object) =>
  [60, 3_600, 86_400].map((granularity) => ({ granularity, whose, ...counts }));

const jobsOf = (jobs: DispatchedDelivery[], destinationId: string) =>
  jobs.filter((job) => job.destinationId === destinationId);

const expireAll = () => expireBeyondRetention(scene.deps, 0);

const noRetries = () => scene.database.pool.query(`UPDATE destinations SET retry = '{"maxRetries": 0}'`);

describe('counts', () => {
  test('are exact for everything and for each destination, in minutes, hours and days', async () => {
    const jobs = await scene.accept(
      { alertId: 'one', destinationIds: [A, B] },
      { alertId: 'two', destinationIds: [B] },
      { alertId: 'nowhere', destinationIds: [] },
    );
    await scene.report(jobsOf(jobs, A), SUCCEEDED);
    await scene.report(jobsOf(jobs, B).slice(0, 1), FAILED);
    await noRetries();
    await scene.report(jobsOf(jobs, B).slice(1), FAILED);
    expect(await storedSums()).toEqual([
      ...inEachGranularity(A, { accepted: 1, succeeded: 1, failed: 0, failedAttempts: 0, delays: 1 }),
      ...inEachGranularity(B, { accepted: 2, succeeded: 0, failed: 1, failedAttempts: 2, delays: 0 }),
      ...inEachGranularity('everything', {
        accepted: 3,
        succeeded: 1,
        failed: 1,
        failedAttempts: 2,
        delays: 1,
      }),
    ]);
  });

  test('do not grow when plans and outcomes are reported again, or twice at once', async () => {
    const plans = await scene.store([{ alertId: 'one', destinationIds: [A] }]);
    const [job] = (await commitPlans(scene.deps, plans, true)) as [DispatchedDelivery];
    await commitPlans(scene.deps, plans, true);
    const failed = attempted(job, 1, FAILED);
    await commitOutcomes(scene.deps, [failed, failed], true);
    await commitOutcomes(scene.deps, [failed], true);
    const success = attempted(job, 2, SUCCEEDED);
    await commitOutcomes(scene.deps, [success, success], true);
    await commitOutcomes(scene.deps, [success], true);
    const counts = { accepted: 1, succeeded: 1, failed: 0, failedAttempts: 1 };
    expect(countsOf(await stats())).toEqual(counts);
    expect(countsOf(await stats(`?destinationId=${A}`))).toEqual(counts);
  });

  test('have what expired as failed, what was cancelled not at all', async () => {
    await scene.accept({ alertId: 'one', destinationIds: [A, B] }, { alertId: 'two', destinationIds: [A] });
    await scene.database.pool.query('UPDATE destinations SET deleted_at = now() WHERE id = $1', [B]);
    expect(await cancelForDeleted(scene.deps)).toBe(1);
    expect(await expireAll()).toBe(2);
    expect(countsOf(await stats())).toEqual({ accepted: 2, succeeded: 0, failed: 2, failedAttempts: 0 });
    expect(countsOf(await stats(`?destinationId=${B}`))).toMatchObject({ accepted: 1, failed: 0 });
  });

  test('have a success after the end as succeeded, and the end before it as failed', async () => {
    const jobs = await scene.accept({ alertId: 'one', destinationIds: [A] });
    await expireAll();
    await scene.report(jobs, SUCCEEDED);
    expect(countsOf(await stats())).toEqual({ accepted: 1, succeeded: 1, failed: 1, failedAttempts: 0 });
  });

  test('have nothing of what a round reports that is over, however often it does', async () => {
    const late = await scene.accept({ alertId: 'one', destinationIds: [A] });
    await expireAll();
    const { day } = late[0] as DispatchedDelivery;
    await resend(scene.deps, { actor: 'system', alertId: 'one', day, destinationIds: 'failed' }, true);
    await scene.report(late, FAILED);
    await scene.report(late, FAILED);
    expect((await scene.database.pool.query('SELECT round FROM attempts')).rows).toEqual([{ round: 1 }]);
    expect(countsOf(await stats())).toEqual({ accepted: 1, succeeded: 0, failed: 1, failedAttempts: 0 });
  });

  test('have resends as succeeded, but neither as accepted nor among the delays', async () => {
    const jobs = await scene.accept({ alertId: 'one', destinationIds: [A], age: 50 });
    await scene.report(jobs, SUCCEEDED);
    const { day } = jobs[0] as DispatchedDelivery;
    const request = { actor: 'system' as const, alertId: 'one', day, destinationIds: [A, B] };
    const { released } = await resend(scene.deps, request, true);
    expect(released).toHaveLength(2);
    await scene.report(released, SUCCEEDED);
    const everything = (await storedSums()).filter(({ whose }) => whose === 'everything');
    expect(everything).toEqual(
      inEachGranularity('everything', {
        accepted: 1,
        succeeded: 3,
        failed: 0,
        failedAttempts: 0,
        delays: 1,
      }),
    );
    expect(countsOf(await stats(`?destinationId=${B}`))).toMatchObject({ accepted: 0, succeeded: 1 });
  });
});

describe('delays', () => {
  test('run from the alert’s receipt to the commit of the success', async () => {
    const jobs = await scene.accept({ alertId: 'one', destinationIds: [A], age: 1_000 });
    await scene.report(jobs, SUCCEEDED);
    const { totals, destinations } = await stats();
    expect(totals.delayP50Ms).toBeGreaterThan(1_000_000 / Math.SQRT2);
    expect(totals.delayP50Ms).toBeLessThan(1_000_000 * Math.SQRT2);
    expect(destinations[0]).toMatchObject({ displayName: 'alpha', delayP50Ms: totals.delayP50Ms });
    const { rows } = await scene.database.pool.query(
      'SELECT DISTINCT array_position(delays, 1) AS at FROM stats_buckets WHERE delays IS NOT NULL',
    );
    expect(rows).toEqual([{ at: binOf(1_000_000) + 1 }]);
  });

  test('of several commits add up, and the percentiles are those of all together', async () => {
    const ages = [10, 10, 10, 10, 10, 10, 10, 10, 10, 5_000];
    for (const [n, age] of ages.entries()) {
      await scene.report(await scene.accept({ alertId: `a${n}`, destinationIds: [A], age }), SUCCEEDED);
    }
    const { totals } = await stats(`?destinationId=${A}`);
    expect(binOf(totals.delayP50Ms as number)).toBe(binOf(10_050));
    expect(binOf(totals.delayP95Ms as number)).toBe(binOf(5_000_050));
  });

  test('are null where nothing succeeded', async () => {
    await scene.accept({ alertId: 'one', destinationIds: [A] });
    expect((await stats()).totals).toMatchObject({ accepted: 1, delayP50Ms: null, delayP95Ms: null });
  });
});

describe('accepted alerts', () => {
  test('are counted when they were received, not when they were routed', async () => {
    await scene.accept(
      { alertId: 'then', destinationIds: [A], age: 3 * 3_600 },
      { alertId: 'now', destinationIds: [A] },
    );
    const { buckets } = await stats();
    const { rows } = await scene.database.pool.query<{ at: Date; received: Date }>(
      `SELECT date_bin('15 minutes', received_at, timestamptz 'epoch') AS at FROM alerts ORDER BY 1`,
    );
    expect(buckets.filter(({ accepted }) => accepted > 0)).toMatchObject(
      rows.map(({ at }) => ({ at: at.toISOString(), accepted: 1 })),
    );
  });

  test('of long ago bring back no minute that is no longer kept', async () => {
    await scene.ensureDaysBack(5);
    await scene.accept({ alertId: 'old', destinationIds: [A], age: 4 * 86_400 });
    const { rows } = await scene.database.pool.query(
      'SELECT granularity, count(*) AS rows FROM stats_buckets GROUP BY 1 ORDER BY 1',
    );
    expect(rows).toEqual([
      { granularity: 3_600, rows: 2 },
      { granularity: 86_400, rows: 2 },
    ]);
  });

  test('give their receipt to their deliveries, also where the outbox has no entry for them', async () => {
    const plans = await scene.store([
      { alertId: 'one', destinationIds: [A], age: 100 },
      { alertId: 'two', destinationIds: [A, B], age: 200 },
    ]);
    await scene.database.pool.query(`DELETE FROM alert_outbox WHERE alert_id = 'two'`);
    const jobs = await commitPlans(scene.deps, plans, true);
    await scene.report(jobsOf(jobs, A).slice(0, 1), SUCCEEDED);
    await resend(
      scene.deps,
      { actor: 'system', alertId: 'one', day: plans[0]?.day as string, destinationIds: [B] },
      true,
    );
    const { rows } = await scene.database.pool.query(
      `SELECT d.alert_id, count(*) AS deliveries FROM deliveries d JOIN alerts a USING (received_day, alert_id)
       WHERE d.received_at = a.received_at GROUP BY 1 ORDER BY 1`,
    );
    expect(rows).toEqual([
      { alert_id: 'one', deliveries: 2 },
      { alert_id: 'two', deliveries: 2 },
    ]);
  });
});

describe('commits at the same time', () => {
  test('count exactly and meet in no deadlock', async () => {
    // A failure of its own opens no circuit.
    const OWN_FAULT: AttemptResult = { ...FAILED, error: { code: 'internal', message: 'x' } };
    // Each has a destination of its own, lest they wait for one another there, and alerts of the same minutes.
    const workers = Array.from({ length: 8 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`);
    for (const id of workers) await scene.addDestination(id, id);
    const plans = await Promise.all(
      workers.map((id, worker) =>
        scene.store(
          Array.from({ length: 80 }, (_, n) => ({
            alertId: `${worker}-${n}`,
            destinationIds: [id],
            age: ((n * 7 + worker * 11) % 20) * 60,
          })),
        ),
      ),
    );
    await Promise.all(
      plans.map(async (all, worker) => {
        const result = worker % 2 === 0 ? SUCCEEDED : OWN_FAULT;
        let jobs: DispatchedDelivery[] = [];
        for (let from = 0; from < all.length + 20; from += 20) {
          const outcomes = jobs.map((job) => attempted(job, 1, result));
          const plans = all.slice(from, from + 20);
          jobs = (await commitReports(scene.deps, { plans, outcomes }, true)).released;
        }
      }),
    );
    const everything = (await storedSums()).filter(({ whose }) => whose === 'everything');
    expect(everything).toEqual(
      inEachGranularity('everything', {
        accepted: 640,
        succeeded: 320,
        failed: 0,
        failedAttempts: 320,
        delays: 320,
      }),
    );
    const { rows } = await scene.database.pool.query('SELECT current_database() AS name');
    // A session reports its deadlocks at the latest when it ends.
    await scene.database.close();
    const other = connectDatabase({
      databaseUrl: process.env.TOCSIN_TEST_DATABASE_URL as string,
      poolMax: 1,
      applicationName: 'test',
      log: { warn: () => undefined },
    });
    const seen = await other.pool.query(
      `SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database WHERE datname = $1`,
      [rows[0].name],
    );
    await other.close();
    expect(seen.rows).toMatchObject([{ deadlocks: 0 }]);
  });
});
