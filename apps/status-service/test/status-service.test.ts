import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AlertJob } from '@tocsin/queues';
import type { DispatchedDelivery, Plan } from '@tocsin/status-gateway';
import type { Database } from '@tocsin/store';
import { waitFor } from '@tocsin/testkit';
import { cancelForDeleted } from '../src/dispatcher/cancel-for-deleted.ts';
import { expireBeyondRetention, expireOverdue } from '../src/maintenance/expire-deliveries.ts';
import { raiseFailureNotices } from '../src/notices/failure-notices.ts';
import { commitOutcomes, commitPlans } from './commits.ts';
import { A, attempted, B, createHarness, createQueues, FAILED, type Harness } from './dispatch-harness.ts';

let harness: Harness;
let database: Database;
let day: string;

beforeEach(async () => {
  harness = await createHarness();
  ({ database, day } = harness);
});

afterEach(() => harness?.close());

const deps = () => harness.deps;
const plan: Harness['plan'] = (...args) => harness.plan(...args);
const counts = (id: string) => harness.counts(id);
const dispatcherWith: Harness['dispatcherWith'] = (...args) => harness.dispatcherWith(...args);
const endLeases = () => harness.endLeases();

describe('plans', () => {
  test('committed twice insert and release once', async () => {
    const plans = [plan('one', [A, B]), plan('two', [B])];
    expect(await commitPlans(deps(), plans, true)).toHaveLength(3);
    expect(await commitPlans(deps(), plans, true)).toEqual([]);
    expect(await counts(B)).toEqual({ waiting: 0, queued: 2, delayed: 0 });
  });

  test('release no more than a destination’s slots, the most urgent first', async () => {
    const released = await commitPlans(
      deps(),
      [
        plan('low', [A]),
        plan('info', [A], { severity: 'INFO' }),
        plan('critical', [A], { severity: 'CRITICAL' }),
      ],
      true,
    );
    expect(released.map((job) => job.alertId)).toEqual(['critical', 'low']);
    expect(await counts(A)).toEqual({ waiting: 1, queued: 2, delayed: 0 });
  });

  test('release nothing while there is no room, until the dispatcher finds some', async () => {
    expect(await commitPlans(deps(), [plan('one', [A])], false)).toEqual([]);
    const full = createQueues({ room: false });
    await dispatcherWith(full).tick();
    expect(full.deliveries).toEqual([]);
    const queues = createQueues();
    await dispatcherWith(queues).tick();
    expect(queues.deliveries).toMatchObject([{ alertId: 'one', dispatchNumber: 1 }]);
  });
});

describe('outcomes', () => {
  test('free a slot for what waits, critical before older', async () => {
    const [first] = await commitPlans(deps(), [plan('a', [A]), plan('b', [A]), plan('c', [A])], true);
    await commitPlans(deps(), [plan('urgent', [A], { severity: 'CRITICAL' })], true);
    const { released, verdicts } = await commitOutcomes(
      deps(),
      [attempted(first as DispatchedDelivery)],
      true,
    );
    expect(verdicts).toEqual([{ kind: 'succeeded' }]);
    expect(released.map((job) => job.alertId)).toEqual(['urgent']);
    expect(await counts(A)).toEqual({ waiting: 1, queued: 2, delayed: 0 });
  });

  test('reported twice are recorded once', async () => {
    const [job] = (await commitPlans(deps(), [plan('a', [B])], true)) as [DispatchedDelivery];
    for (let time = 0; time < 2; time += 1) await commitOutcomes(deps(), [attempted(job, 1, FAILED)], true);
    expect((await database.pool.query('SELECT number FROM attempts')).rows).toEqual([{ number: 1 }]);
    expect(await counts(B)).toEqual({ waiting: 0, queued: 0, delayed: 1 });
  });

  test('are kept with what a redirect pointed to, and with whether the POST was repeated', async () => {
    const [job] = (await commitPlans(deps(), [plan('a', [B])], true)) as [DispatchedDelivery];
    const result = { ...FAILED, statusCode: 302, repeated: true, location: 'https://sso.test/\0' };
    await commitOutcomes(deps(), [attempted(job, 1, result)], true);
    expect((await database.pool.query('SELECT repeated, location FROM attempts')).rows).toEqual([
      { repeated: true, location: 'https://sso.test/\uFFFD' },
    ]);
  });

  test('of two jobs of one delivery in one batch are judged in turn', async () => {
    const [job] = (await commitPlans(deps(), [plan('a', [B])], true)) as [DispatchedDelivery];
    const { verdicts } = await commitOutcomes(deps(), [attempted(job), attempted(job)], true);
    expect(verdicts).toEqual([{ kind: 'succeeded' }, { kind: 'succeeded' }]);
    expect((await database.pool.query('SELECT status, succeeded_count FROM routings')).rows).toEqual([
      { status: 'succeeded', succeeded_count: 1 },
    ]);
  });

  test('committed at the same time keep the counts exact', async () => {
    const alerts = Array.from({ length: 60 }, (_, n) => plan(`a${n}`, [A, B]));
    let jobs = await commitPlans(deps(), alerts, true);
    for (let round = 0; jobs.length > 0 && round < 100; round += 1) {
      const halves = [jobs.filter((_, n) => n % 2 === 0), jobs.filter((_, n) => n % 2 === 1)];
      const done = await Promise.all(
        halves.map((half) =>
          commitOutcomes(
            deps(),
            half.map((job) => attempted(job)),
            true,
          ),
        ),
      );
      jobs = done.flatMap(({ released }) => released);
    }
    const { rows } = await database.pool.query(
      'SELECT status, count(*)::int AS count FROM deliveries GROUP BY status',
    );
    expect(rows).toEqual([{ status: 'succeeded', count: 120 }]);
    expect([await counts(A), await counts(B)]).toEqual(Array(2).fill({ waiting: 0, queued: 0, delayed: 0 }));
  });
});

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
      await database.pool.query(`UPDATE deliveries SET next_attempt_at = now() - $1 * interval '1 second'`, [
        dueForSeconds,
      ]);
      await dispatcherWith(createQueues()).tick();
      const { rows } = await database.pool.query(
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
    const blocker = await database.pool.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query('SELECT FROM deliveries FOR UPDATE');
      const { rows } = await blocker.query('SELECT pg_backend_pid() AS pid');
      const interrupted = expect(dispatcherWith(queues).tick()).rejects.toThrow('canceling statement');
      await waitFor(async () => {
        const { rows: cancelled } = await database.pool.query(
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
    await database.pool.query('UPDATE deliveries SET shard = 7');
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
    await database.pool.query(
      `WITH a AS (INSERT INTO alerts VALUES ($1, 'stray', now(), 3, 'RULE', 'x', 'x', null, '{}', '{}', null, $2))
       INSERT INTO alert_outbox VALUES ('stray', $1, now() - interval '11 seconds')`,
      [day, facts],
    );
    const busy = createQueues({ backlog: 1_000 });
    await dispatcherWith(busy).tick();
    expect(busy.alertIds).toEqual([]);
    const queues = createQueues();
    await dispatcherWith(queues).tick();
    await dispatcherWith(queues).tick();
    expect(queues.alertIds).toEqual(['stray']);
    await commitPlans(deps(), [plan('stray', [])], true);
    expect((await database.pool.query('SELECT status FROM routings')).rows).toEqual([{ status: 'unrouted' }]);
    expect((await database.pool.query('SELECT 1 FROM alert_outbox')).rows).toEqual([]);
  });

  test('gives alerts with long routing facts to the router a few at a time, in jobs of bounded size', async () => {
    const facts = JSON.stringify({ destinations: Array(1_000).fill('x'.repeat(200)) });
    await database.pool.query(
      `WITH a AS (
         INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, log_types,
           payload, facts)
         SELECT $1, 'long-' || n, now() - n * interval '1 minute', 3, 'RULE', 'x', 'x', '{}', '{}', $2
         FROM generate_series(1, 60) AS n RETURNING alert_id, received_day, received_at
       ) INSERT INTO alert_outbox SELECT alert_id, received_day, received_at FROM a`,
      [day, facts],
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
    await database.pool.query('UPDATE destination_health SET queued = 0 WHERE destination_id = $1', [A]);
    const queues = createQueues({ missing: true });
    await expect(dispatcherWith(queues).tick()).rejects.toMatchObject({ code: '23514' });
    expect(queues.deliveries.map(({ alertId }) => alertId)).toEqual(['waits too']);
  });

  test('is not kept busy by leases that nobody can end: of what is in no queue', async () => {
    const alerts = Array.from({ length: 2_000 }, (_, n) => plan(`a${n}`, [A]));
    await commitPlans(deps(), alerts, true);
    await database.pool.query(
      `UPDATE deliveries SET status = 'cancelled', queue_state = 'idle', lease_until = now()`,
    );
    expect(await dispatcherWith(createQueues({ missing: true })).tick()).toMatchObject({ reclaimed: 0 });
    const { rows } = await database.pool.query('SELECT FROM deliveries WHERE lease_until IS NOT NULL');
    expect(rows).toEqual([]);
  });

  test('works on a shard in one process at a time', async () => {
    await commitPlans(deps(), [plan('a', [B])], false);
    const other = await database.pool.connect();
    await other.query(`BEGIN`);
    await other.query(`SELECT pg_advisory_xact_lock(hashtext('tocsin dispatcher'), 0)`);
    const queues = createQueues();
    expect(await dispatcherWith(queues).tick()).toMatchObject({ released: 0 });
    await other.query('ROLLBACK');
    other.release();
    expect(await dispatcherWith(queues).tick()).toMatchObject({ released: 1 });
  });

  test('queues nothing for a disabled destination until it is enabled', async () => {
    await database.pool.query('UPDATE destinations SET enabled = false');
    expect(await commitPlans(deps(), [plan('a', [B])], true)).toEqual([]);
    const queues = createQueues();
    await dispatcherWith(queues).tick();
    expect(queues.deliveries).toEqual([]);
    await database.pool.query('UPDATE destinations SET enabled = true');
    await dispatcherWith(queues).tick();
    expect(queues.deliveries).toHaveLength(1);
  });
});

describe('time', () => {
  const ages = (days: number) =>
    database.pool.query(`UPDATE deliveries SET round_started_at = now() - $1 * interval '1 day'`, [days]);

  test('ends what was not delivered after seven days, queued or waiting', async () => {
    const received = await harness.makeDay(8);
    const plans = ['a', 'b', 'c'].map((alertId) => plan(alertId, [A], { day: received }));
    await commitPlans(deps(), plans, true);
    await ages(6.9);
    expect(await expireOverdue(deps(), 7)).toBe(0);
    await ages(7.1);
    expect(await expireOverdue(deps(), 7)).toBe(3);
    expect(await counts(A)).toEqual({ waiting: 0, queued: 0, delayed: 0 });
    const { rows } = await database.pool.query('SELECT DISTINCT status, failure_code FROM deliveries');
    expect(rows).toEqual([{ status: 'failed', failure_code: 'expired' }]);
  });

  test('spares a later round of an old alert', async () => {
    await commitPlans(deps(), [plan('a', [A], { day: await harness.makeDay(8) })], true);
    expect(await expireOverdue(deps(), 7)).toBe(0);
  });

  test('ends what is open on days whose partitions go', async () => {
    await commitPlans(deps(), [plan('a', [A])], true);
    expect(await expireBeyondRetention(deps(), 1)).toBe(0);
    expect(await expireBeyondRetention(deps(), 0)).toBe(1);
  });

  test('cancels what was open before a destination came back, however long ago that was', async () => {
    await commitPlans(deps(), [plan('before', [A])], true);
    await ages(60);
    await database.pool.query(
      `UPDATE destinations SET revived_at = now() - interval '50 days' WHERE id = $1`,
      [A],
    );
    await commitPlans(deps(), [plan('since', [A])], true);
    expect(await cancelForDeleted(deps())).toBe(1);
    const { rows } = await database.pool.query('SELECT alert_id, status FROM deliveries ORDER BY 1');
    expect(rows).toEqual([
      { alert_id: 'before', status: 'cancelled' },
      { alert_id: 'since', status: 'pending' },
    ]);
    const destinations = await database.pool.query('SELECT revived_at FROM destinations WHERE id = $1', [A]);
    expect(destinations.rows).toEqual([{ revived_at: null }]);
  });

  test('cancels what is open for a deleted destination', async () => {
    await commitPlans(deps(), [plan('a', [A, B])], true);
    await database.pool.query('UPDATE destinations SET deleted_at = now() WHERE id = $1', [A]);
    expect(await cancelForDeleted(deps())).toBe(1);
    expect((await database.pool.query('SELECT status FROM deliveries ORDER BY status')).rows).toEqual([
      { status: 'cancelled' },
      { status: 'pending' },
    ]);
  });
});

describe('a destination that was deleted and came back at once', () => {
  const statuses = async () =>
    (await database.pool.query('SELECT alert_id, status FROM deliveries ORDER BY alert_id')).rows;

  test('has what was open at its deletion cancelled, and nothing that came or was sent again since', async () => {
    await commitPlans(deps(), [plan('before', [A]), plan('other', [B]), plan('resent', [A])], true);
    await database.pool.query(`UPDATE destinations SET revived_at = now() WHERE id = $1`, [A]);
    await database.pool.query(`UPDATE deliveries SET round_started_at = now() WHERE alert_id = 'resent'`);
    await commitPlans(deps(), [plan('since', [A])], true);
    expect(await cancelForDeleted(deps())).toBe(1);
    expect(await statuses()).toEqual([
      { alert_id: 'before', status: 'cancelled' },
      { alert_id: 'other', status: 'pending' },
      { alert_id: 'resent', status: 'pending' },
      { alert_id: 'since', status: 'pending' },
    ]);
    expect(await cancelForDeleted(deps())).toBe(0);
  });
});

describe('a destination that was deleted with much open', () => {
  beforeEach(async () => {
    const plans = Array.from({ length: 5_500 }, (_, n) => plan(`a${n}`, [A]));
    await commitPlans(deps(), plans, false);
    await database.pool.query('UPDATE destinations SET deleted_at = now()');
  });

  test('has it cancelled in several ticks, so that the dispatcher does its other work too', async () => {
    expect(await cancelForDeleted(deps())).toBe(5_000);
    expect(await cancelForDeleted(deps())).toBe(500);
    expect(await counts(A)).toEqual({ waiting: 0, queued: 0, delayed: 0 });
  });

  test('does not keep the service from closing', async () => {
    expect(await cancelForDeleted({ ...deps(), closing: AbortSignal.abort() })).toBe(0);
  });
});

describe('deliveries that failed', () => {
  const fail = async (alertId: string, change: Partial<Plan> = {}) => {
    await database.pool.query(`UPDATE destinations SET retry = '{"maxRetries": 0}'`);
    const [job] = (await commitPlans(deps(), [plan(alertId, [B], change)], true)) as [DispatchedDelivery];
    await commitOutcomes(deps(), [attempted(job, 1, FAILED)], true);
  };

  type Alert = Record<string, unknown>;
  const raise = (send: (alert: Alert) => Promise<void>, collectMs = 0) =>
    raiseFailureNotices(database, send, { collectMs });
  const tenMinutesLater = () =>
    database.pool.query(`UPDATE failure_notice SET taken_at = taken_at - interval '10 minutes'`);

  test('raise one alert in ten minutes, with a count of those since the last and the last error', async () => {
    const sent: Alert[] = [];
    const collect = async (alert: Alert) => void sent.push(alert);
    await fail('a');
    expect(await raise(collect)).toBe(true);
    await fail('b');
    await fail('c');
    expect(await raise(collect)).toBe(false);
    await tenMinutesLater();
    expect(await raise(collect)).toBe(true);
    expect(sent.map((alert) => alert.title)).toEqual([
      '1 delivery to “second” failed',
      '2 deliveries to “second” failed',
    ]);
    expect(sent[1]?.description).toContain(`last error ${FAILED.error?.code}: ${FAILED.error?.message}`);
    expect(sent.every(({ alertId }) => String(alertId).startsWith('tocsin.'))).toBe(true);
    await tenMinutesLater();
    expect(await raise(collect)).toBe(false);
  });

  test('wait a moment for others that fail at the same time', async () => {
    await fail('a');
    expect(await raise(async () => undefined, 60_000)).toBe(false);
    await database.pool.query(`UPDATE failure_notices SET first_failed_at = now() - interval '1 minute'`);
    expect(await raise(async () => undefined, 60_000)).toBe(true);
  });

  test('because they expired count too', async () => {
    await commitPlans(deps(), [plan('a', [B])], true);
    await database.pool.query(`UPDATE deliveries SET round_started_at = now() - interval '1 second'`);
    expect(await expireOverdue(deps(), 0)).toBe(1);
    const sent: Alert[] = [];
    await raise(async (alert) => void sent.push(alert));
    expect(sent).toMatchObject([{ description: expect.stringContaining('last error expired') }]);
  });

  test('of SYSTEM_ERROR alerts raise none', async () => {
    await fail('a', { isSystemError: true });
    expect(await raise(async () => undefined)).toBe(false);
  });

  test('are in the next alert where they came while an earlier one was not known to have arrived', async () => {
    const sent: Alert[] = [];
    let isCutOff = true;
    const send = async (alert: Alert) => {
      sent.push(alert);
      if (isCutOff) throw new Error('the connection broke');
    };
    await fail('a');
    await expect(raise(send)).rejects.toThrow('broke');
    await fail('b');
    await fail('c');
    isCutOff = false;
    await raise(send);
    expect(await raise(send)).toBe(false);
    await tenMinutesLater();
    await raise(send);
    expect(sent.map((alert) => alert.title)).toEqual([
      '1 delivery to “second” failed',
      '1 delivery to “second” failed',
      '2 deliveries to “second” failed',
    ]);
    expect(sent[1]).toEqual(sent[0]);
    expect(await raise(send)).toBe(false);
  });

  test('at forty destinations raise one alert, from two services at once, which goes to none that fails', async () => {
    const dead = Array.from(
      { length: 40 },
      (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    );
    await database.pool.query(
      `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types,
         require_log_type, headers, include_context, enabled, timeout_ms, retry, max_in_flight)
       SELECT dead.id::uuid, 'dead ' || dead.id, url_origin, sealed_url, severities, alert_types, log_types, require_log_type, headers,
         include_context, enabled, timeout_ms, '{"maxRetries": 0}', 10
       FROM destinations, unnest($1::text[]) AS dead(id) WHERE destinations.id = $2`,
      [dead, B],
    );
    // One of them has not come to an end yet, but fails.
    const [retrying = '', ...ended] = dead;
    await database.pool.query(`UPDATE destinations SET retry = '{"maxRetries": 9}' WHERE id = $1`, [
      retrying,
    ]);
    let jobs = await commitPlans(
      deps(),
      [plan('a', dead), plan('b', [retrying]), plan('c', [retrying])],
      true,
    );
    await commitOutcomes(
      deps(),
      jobs.map((job) => attempted(job, 1, FAILED)),
      true,
    );

    const sent: Alert[] = [];
    const collect = async (alert: Alert) => void sent.push(alert);
    await Promise.all([raise(collect), raise(collect)]);
    const ids = new Set(sent.map(({ alertId }) => alertId as string));
    expect(ids.size).toBe(1);
    expect(sent[0]).toMatchObject({
      title: '39 deliveries to 39 destinations failed',
      description: expect.stringContaining('and 19 more destinations'),
    });

    const [noticeId = ''] = ids;
    const notice = plan(noticeId, [A, ...dead], { isSystemError: true });
    jobs = await commitPlans(deps(), [notice], true);
    expect(jobs.map(({ destinationId }) => destinationId)).toEqual([A]);
    const { rows } = await database.pool.query(
      'SELECT destination_ids, skipped, status FROM routings WHERE alert_id = $1',
      [noticeId],
    );
    expect(rows[0]).toMatchObject({ destination_ids: [A], status: 'pending' });
    expect(rows[0].skipped).toEqual([
      { destinationId: retrying, reason: 'failing' },
      ...ended.map((destinationId) => ({ destinationId, reason: 'ownFailures' })),
    ]);

    // The notice fails too: no other one comes of it.
    await database.pool.query(`UPDATE destinations SET retry = '{"maxRetries": 0}'`);
    await commitOutcomes(
      deps(),
      jobs.map((job) => attempted(job, 1, FAILED)),
      true,
    );
    await tenMinutesLater();
    expect(await raise(collect)).toBe(false);
  });
});
