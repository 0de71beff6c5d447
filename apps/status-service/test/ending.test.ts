import { beforeEach, describe, expect, test } from '@jest/globals';
import { cancelForDeleted } from '../src/dispatcher/cancel-for-deleted.ts';
import { expireBeyondRetention, expireOverdue, prunePauses } from '../src/maintenance/expire-deliveries.ts';
import { commitPlans } from './commits.ts';
import { useHarness } from './dispatch-harness.ts';
import { A, B } from './scene.ts';

const harness = useHarness();
const { deps, plan, counts } = harness;

describe('time', () => {
  const ages = (days: number) =>
    harness.database.pool.query(`UPDATE deliveries SET round_started_at = now() - $1 * interval '1 day'`, [
      days,
    ]);

  test('ends what was not delivered after seven days, queued or waiting', async () => {
    const received = await harness.makeDay(8);
    const plans = ['a', 'b', 'c'].map((alertId) => plan(alertId, [A], { day: received }));
    await commitPlans(deps(), plans, true);
    await ages(6.9);
    expect(await expireOverdue(deps(), 7)).toBe(0);
    await ages(7.1);
    expect(await expireOverdue(deps(), 7)).toBe(3);
    expect(await counts(A)).toEqual({ waiting: 0, queued: 0, delayed: 0 });
    const { rows } = await harness.database.pool.query(
      'SELECT DISTINCT status, failure_code FROM deliveries',
    );
    expect(rows).toEqual([{ status: 'failed', failure_code: 'expired' }]);
  });

  test('spares a later round of an old alert', async () => {
    await commitPlans(deps(), [plan('a', [A], { day: await harness.makeDay(8) })], true);
    expect(await expireOverdue(deps(), 7)).toBe(0);
  });

  test('does not count what its destination was paused for, of all that waits there', async () => {
    const received = await harness.makeDay(20);
    const plans = ['a', 'b'].map((alertId) => plan(alertId, [A, B], { day: received }));
    await commitPlans(deps(), plans, true);
    await ages(20);
    await harness.database.pool.query(
      `INSERT INTO destination_pauses VALUES
         ($1, now() - interval '25 days', now() - interval '18 days'), ($1, now() - interval '10 days', NULL),
         ($2, now() - interval '25 days', now() - interval '18 days')`,
      [A, B],
    );
    expect(await expireOverdue(deps(), 8.1)).toBe(2);
    expect(await counts(B)).toEqual({ waiting: 0, queued: 0, delayed: 0 });
    expect(await counts(A)).toEqual({ waiting: 0, queued: 2, delayed: 0 });
    // Of 20 days, it took deliveries for 8.
    expect(await expireOverdue(deps(), 7.9)).toBe(2);
  });

  test('prunes a pause once no delivery is stored that lived through it', async () => {
    const { pool } = harness.database;
    await pool.query(
      `INSERT INTO destination_pauses VALUES
         ($1, now() - interval '50 days', now() - interval '32 days'),
         ($1, now() - interval '31 days', now() - interval '30 days'), ($1, now() - interval '29 days', NULL)`,
      [A],
    );
    await prunePauses(harness.database, 30);
    expect((await pool.query('SELECT FROM destination_pauses')).rowCount).toBe(2);
  });

  test('ends what is open on days whose partitions go', async () => {
    await commitPlans(deps(), [plan('a', [A])], true);
    expect(await expireBeyondRetention(deps(), 1)).toBe(0);
    expect(await expireBeyondRetention(deps(), 0)).toBe(1);
  });

  test('cancels what was open before a destination came back, however long ago that was', async () => {
    await commitPlans(deps(), [plan('before', [A])], true);
    await ages(60);
    await harness.database.pool.query(
      `UPDATE destinations SET revived_at = now() - interval '50 days' WHERE id = $1`,
      [A],
    );
    await commitPlans(deps(), [plan('since', [A])], true);
    expect(await cancelForDeleted(deps())).toBe(1);
    const { rows } = await harness.database.pool.query('SELECT alert_id, status FROM deliveries ORDER BY 1');
    expect(rows).toEqual([
      { alert_id: 'before', status: 'cancelled' },
      { alert_id: 'since', status: 'pending' },
    ]);
    const destinations = await harness.database.pool.query(
      'SELECT revived_at FROM destinations WHERE id = $1',
      [A],
    );
    expect(destinations.rows).toEqual([{ revived_at: null }]);
  });

  test('cancels what is open for a deleted destination', async () => {
    await commitPlans(deps(), [plan('a', [A, B])], true);
    await harness.database.pool.query('UPDATE destinations SET deleted_at = now() WHERE id = $1', [A]);
    expect(await cancelForDeleted(deps())).toBe(1);
    expect((await harness.database.pool.query('SELECT status FROM deliveries ORDER BY status')).rows).toEqual(
      [{ status: 'cancelled' }, { status: 'pending' }],
    );
  });
});

describe('a destination that was deleted and came back at once', () => {
  const statuses = async () =>
    (await harness.database.pool.query('SELECT alert_id, status FROM deliveries ORDER BY alert_id')).rows;

  test('has what was open at its deletion cancelled, and nothing that came or was sent again since', async () => {
    await commitPlans(deps(), [plan('before', [A]), plan('other', [B]), plan('resent', [A])], true);
    await harness.database.pool.query(`UPDATE destinations SET revived_at = now() WHERE id = $1`, [A]);
    await harness.database.pool.query(
      `UPDATE deliveries SET round_started_at = now() WHERE alert_id = 'resent'`,
    );
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
    await harness.database.pool.query('UPDATE destinations SET deleted_at = now()');
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
