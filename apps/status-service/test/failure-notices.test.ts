import { describe, expect, test } from '@jest/globals';
import type { DispatchedDelivery, Plan } from '@tocsin/status-gateway';
import { expireOverdue } from '../src/maintenance/expire-deliveries.ts';
import { raiseFailureNotices } from '../src/notices/failure-notices.ts';
import { commitOutcomes, commitPlans } from './commits.ts';
import { useHarness } from './dispatch-harness.ts';
import { A, attempted, B, FAILED } from './scene.ts';

const harness = useHarness();
const { deps, plan } = harness;

describe('deliveries that failed', () => {
  const fail = async (alertId: string, change: Partial<Plan> = {}) => {
    await harness.database.pool.query(`UPDATE destinations SET retry = '{"maxRetries": 0}'`);
    const [job] = (await commitPlans(deps(), [plan(alertId, [B], change)], true)) as [DispatchedDelivery];
    await commitOutcomes(deps(), [attempted(job, 1, FAILED)], true);
  };

  type Alert = Record<string, unknown>;
  const raise = (send: (alert: Alert) => Promise<void>, collectMs = 0) =>
    raiseFailureNotices(harness.database, send, { collectMs });
  const tenMinutesLater = () =>
    harness.database.pool.query(`UPDATE failure_notice SET taken_at = taken_at - interval '10 minutes'`);

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
    await harness.database.pool.query(
      `UPDATE failure_notices SET first_failed_at = now() - interval '1 minute'`,
    );
    expect(await raise(async () => undefined, 60_000)).toBe(true);
  });

  test('because they expired count too', async () => {
    await commitPlans(deps(), [plan('a', [B])], true);
    await harness.database.pool.query(`UPDATE deliveries SET round_started_at = now() - interval '1 second'`);
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
    await harness.database.pool.query(
      `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types,
         require_log_type, headers, include_context, enabled, timeout_ms, retry, max_in_flight)
       SELECT dead.id::uuid, 'dead ' || dead.id, url_origin, sealed_url, severities, alert_types, log_types, require_log_type, headers,
         include_context, enabled, timeout_ms, '{"maxRetries": 0}', 10
       FROM destinations, unnest($1::text[]) AS dead(id) WHERE destinations.id = $2`,
      [dead, B],
    );
    // One of them has not come to an end yet, but fails.
    const [retrying = '', ...ended] = dead;
    await harness.database.pool.query(`UPDATE destinations SET retry = '{"maxRetries": 9}' WHERE id = $1`, [
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
    const { rows } = await harness.database.pool.query(
      'SELECT destination_ids, skipped, status FROM routings WHERE alert_id = $1',
      [noticeId],
    );
    expect(rows[0]).toMatchObject({ destination_ids: [A], status: 'pending' });
    expect(rows[0].skipped).toEqual([
      { destinationId: retrying, reason: 'failing' },
      ...ended.map((destinationId) => ({ destinationId, reason: 'ownFailures' })),
    ]);

    // The notice fails too: no other one comes of it.
    await harness.database.pool.query(`UPDATE destinations SET retry = '{"maxRetries": 0}'`);
    await commitOutcomes(
      deps(),
      jobs.map((job) => attempted(job, 1, FAILED)),
      true,
    );
    await tenMinutesLater();
    expect(await raise(collect)).toBe(false);
  });
});
