import { describe, expect, test } from '@jest/globals';
import type { AlertJob } from '@tocsin/queues';
import { waitFor } from '@tocsin/testkit';
import { commitPlans } from './commits.ts';
import { createQueues, useHarness } from './dispatch-harness.ts';
import { A, B } from './scene.ts';

const harness = useHarness();
const { deps, plan, dispatcherWith, endLeases } = harness;

describe('the dispatcher', () => {
  test('dispatches a delivery again whose job is gone, under another number', async () => {
    await commitPlans(deps(), [plan('a', [B])], true);
    await endLeases();
    const queues = createQueues({ missing: true });
    expect(await dispatcherWith(queues).tick()).toMatchObject({ reclaimed: 1, released: 1 });
    expect(queues.deliveries).toMatchObject([{ alertId: 'a', dispatchNumber: 2, round: 1 }]);
  });

  test('leaves alone what is still in its queue, and what is not due to be looked for', async () => {
    await commitPlans(deps(), [plan('a', [B])], true);
    const lost = createQueues({ missing: true });
    expect(await dispatcherWith(lost).tick()).toMatchObject({ reclaimed: 0 });
    await endLeases();
    const queues = createQueues();
    expect(await dispatcherWith(queues).tick()).toMatchObject({ reclaimed: 0, released: 0 });
    expect(queues.deliveries).toEqual([]);
  });

  test('looks for a job that stays in its queue less and less often, but once a minute', async () => {
    await commitPlans(deps(), [plan('a', [B])], true);
    const leases: number[] = [];
    for (const dueForSeconds of [5, 35, 3_600]) {
      await endLeases();
      await harness.database.pool.query(
        `UPDATE deliveries SET next_attempt_at = now() - $1 * interval '1 second'`,
        [dueForSeconds],
      );
      await dispatcherWith(createQueues()).tick();
      const { rows } = await harness.database.pool.query(
        'SELECT extract(epoch FROM lease_until - now())::float8 AS seconds FROM deliveries',
      );
      leases.push(rows[0].seconds);
    }
    // 15, 35 and 60 s, but for the time that the statements take.
    expect(leases.map((seconds) => Math.round(seconds / 20))).toEqual([1, 2, 3]);
  });

  test('enqueues everything again at once when the queues were emptied', async () => {
    await commitPlans(deps(), [plan('a', [A, B])], true);
    const queues = createQueues({ emptied: true, missing: true });
    expect(await dispatcherWith(queues).tick()).toMatchObject({ reclaimed: 2, released: 2 });
  });

  test('sees that the queues were emptied as long as it could not see to it', async () => {
    await commitPlans(deps(), [plan('a', [A, B])], true);
    const queues = createQueues({ emptied: true, missing: true });
    const blocker = await harness.database.pool.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query('SELECT FROM deliveries FOR UPDATE');
      const { rows } = await blocker.query('SELECT pg_backend_pid() AS pid');
      const interrupted = expect(dispatcherWith(queues).tick()).rejects.toThrow('canceling statement');
      await waitFor(async () => {
        const { rows: cancelled } = await harness.database.pool.query(
          'SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))',
          [rows[0].pid],
        );
        return cancelled.length > 0;
      });
      await interrupted;
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
    expect(await dispatcherWith(queues).tick()).toMatchObject({ reclaimed: 2, released: 2 });
    expect(await dispatcherWith(queues).tick()).toMatchObject({ reclaimed: 0, released: 0 });
  });

  test('reclaims what waits in a shard that is no longer configured', async () => {
    await commitPlans({ ...deps(), shards: 8 }, [plan('a', [A]), plan('b', [B])], true);
    await harness.database.pool.query('UPDATE deliveries SET shard = 7');
    await endLeases();
    const queues = createQueues();
    expect(await dispatcherWith(queues, 2).tick()).toMatchObject({ reclaimed: 2, released: 2 });
    expect(queues.deliveries.every((job) => job.shard < 2)).toBe(true);
  });

  test('finds accepted alerts that were never routed, unless the router is just busy', async () => {
    const facts = JSON.stringify({
      severity: 'LOW',
      type: 'RULE',
      logTypes: [],
      destinations: null,
      outputIds: [],
    });
    await harness.database.pool.query(
      `WITH a AS (INSERT INTO alerts VALUES ($1, 'stray', now(), 3, 'RULE', 'x', 'x', null, '{}', '{}', null, $2))
       INSERT INTO alert_outbox VALUES ('stray', $1, now() - interval '11 seconds')`,
      [harness.day, facts],
    );
    const busy = createQueues({ backlog: 1_000 });
    await dispatcherWith(busy).tick();
    expect(busy.alertIds).toEqual([]);
    const queues = createQueues();
    await dispatcherWith(queues).tick();
    await dispatcherWith(queues).tick();
    expect(queues.alertIds).toEqual(['stray']);
    await commitPlans(deps(), [plan('stray', [])], true);
    expect((await harness.database.pool.query('SELECT status FROM routings')).rows).toEqual([
      { status: 'unrouted' },
    ]);
    expect((await harness.database.pool.query('SELECT 1 FROM alert_outbox')).rows).toEqual([]);
  });

  test('gives alerts with long routing facts to the router a few at a time, in jobs of bounded size', async () => {
    const facts = JSON.stringify({ destinations: Array(1_000).fill('x'.repeat(200)) });
    await harness.database.pool.query(
      `WITH a AS (
         INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, log_types,
           payload, facts)
         SELECT $1, 'long-' || n, now() - n * interval '1 minute', 3, 'RULE', 'x', 'x', '{}', '{}', $2
         FROM generate_series(1, 60) AS n RETURNING alert_id, received_day, received_at
       ) INSERT INTO alert_outbox SELECT alert_id, received_day, received_at FROM a`,
      [harness.day, facts],
    );
    const jobs: number[] = [];
    const queues = {
      ...createQueues(),
      enqueueAlerts: async (added: AlertJob[]) => {
        jobs.push(...added.map(({ alerts }) => alerts.map((alert) => alert.facts).join('').length));
      },
    };
    const requeued = [];
    for (let tick = 0; tick < 3; tick += 1)
      requeued.push((await dispatcherWith(queues).tick()).alertsRequeued);
    const perTick = Math.floor((8 * 1024 * 1024) / facts.length);
    expect(requeued).toEqual([perTick, 60 - perTick, 0]);
    expect(Math.max(...jobs)).toBeLessThanOrEqual(256 * 1024);
  });

  test('does each of its parts, whatever becomes of the others', async () => {
    await commitPlans(deps(), [plan('lost', [A]), plan('waits', [B])], true);
    await commitPlans(deps(), [plan('waits too', [B])], false);
    await harness.endLeases();
    // The counts of one destination were set to nothing by hand: what is reclaimed there cannot be counted.
    await harness.database.pool.query('UPDATE destination_health SET queued = 0 WHERE destination_id = $1', [
      A,
    ]);
    const queues = createQueues({ missing: true });
    await expect(dispatcherWith(queues).tick()).rejects.toMatchObject({ code: '23514' });
    expect(queues.deliveries.map(({ alertId }) => alertId)).toEqual(['waits too']);
  });

  test('is not kept busy by leases that nobody can end: of what is in no queue', async () => {
    const alerts = Array.from({ length: 2_000 }, (_, n) => plan(`a${n}`, [A]));
    await commitPlans(deps(), alerts, true);
    await harness.database.pool.query(
      `UPDATE deliveries SET status = 'cancelled', queue_state = 'idle', lease_until = now()`,
    );
    expect(await dispatcherWith(createQueues({ missing: true })).tick()).toMatchObject({ reclaimed: 0 });
    const { rows } = await harness.database.pool.query(
      'SELECT FROM deliveries WHERE lease_until IS NOT NULL',
    );
    expect(rows).toEqual([]);
  });

  test('works on a shard in one process at a time', async () => {
    await commitPlans(deps(), [plan('a', [B])], false);
    const other = await harness.database.pool.connect();
    await other.query(`BEGIN`);
    await other.query(`SELECT pg_advisory_xact_lock(hashtext('tocsin dispatcher'), 0)`);
    const queues = createQueues();
    expect(await dispatcherWith(queues).tick()).toMatchObject({ released: 0 });
    await other.query('ROLLBACK');
    other.release();
    expect(await dispatcherWith(queues).tick()).toMatchObject({ released: 1 });
  });

  test('queues nothing for a disabled destination until it is enabled', async () => {
    await harness.database.pool.query('UPDATE destinations SET enabled = false');
    expect(await commitPlans(deps(), [plan('a', [B])], true)).toEqual([]);
    const queues = createQueues();
    await dispatcherWith(queues).tick();
    expect(queues.deliveries).toEqual([]);
    await harness.database.pool.query('UPDATE destinations SET enabled = true');
    await dispatcherWith(queues).tick();
    expect(queues.deliveries).toHaveLength(1);
  });
});
