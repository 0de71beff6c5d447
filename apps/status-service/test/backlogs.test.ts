import { beforeEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import { createMetrics } from '@tocsin/service';
import { waitFor } from '@tocsin/testkit';
import { pino } from 'pino';
import { watchBacklogs } from '../src/backlog/watch-backlogs.ts';
import { noteRoom } from '../src/dispatcher/note-room.ts';
import { createDeliveriesReader } from '../src/read/read-deliveries.ts';
import { createStatusService } from '../src/service.ts';
import { commitOutcomes, commitPlans } from './commits.ts';
import { createQueues, useHarness } from './dispatch-harness.ts';
import { createOpenQueues } from './resend-harness.ts';
import { A, addDestination, attempted, B, calmFlows, FAILED } from './scene.ts';

const harness = useHarness();
const { plan, deps } = harness;

type Line = { event: string } & Record<string, unknown>;
let lines: Line[];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
beforeEach(() => {
  lines = [];
});

const query = async (text: string, parameters: unknown[] = []) =>
  (await harness.database.pool.query(text, parameters)).rows;
const events = () =>
  lines.splice(0).map(({ event, destinationName, reason }) => [event, destinationName, reason]);
/** Looks, after so many seconds. */
async function watch(afterSeconds = 0): Promise<unknown[][]> {
  await query(`UPDATE backlogs SET since = since - $1 * interval '1 second'`, [afterSeconds]);
  await watchBacklogs(harness.database, log);
  return events();
}
const release = () => harness.dispatcherWith(createQueues()).tick();

describe('due deliveries that wait in Postgres', () => {
  const SETTINGS = {
    disabled: 'UPDATE destinations SET enabled = false',
    paused: 'UPDATE destinations SET paused = true',
    queues: `UPDATE queue_room SET lack = 'unavailable'`,
    circuit: 'UPDATE destination_health SET circuit_opened_at = now()',
    rate_limit: 'UPDATE destinations SET rate_limit_per_second = 1',
    limit: 'SELECT',
  };

  test.each(Object.keys(SETTINGS))('have a reason: %s', async (reason) => {
    await commitPlans(deps(), [plan('a', [B])], false);
    // Whatever applies besides: it is the first in the list.
    for (const later of Object.values(SETTINGS).slice(Object.keys(SETTINGS).indexOf(reason)))
      await query(later);
    expect(await watch()).toEqual([]);
    expect(await query('SELECT destination_id AS id, reason, logged_reason AS logged FROM backlogs')).toEqual(
      [{ id: B, reason, logged: null }],
    );
    // Of the queues, one line says so.
    expect(await watch(11)).toEqual(reason === 'queues' ? [] : [['backlog.began', 'second', reason]]);
    expect(await watch(11)).toEqual([]);
  });

  test('are said once to wait, once to wait no more, by whichever process looks', async () => {
    await commitPlans(deps(), [plan('a', [A, B])], false);
    await watch();
    await query('UPDATE destinations SET paused = id = $1', [A]);
    await query(`UPDATE backlogs SET since = since - interval '11 seconds'`);
    await Promise.all(Array.from({ length: 3 }, () => watchBacklogs(harness.database, log)));
    expect((await watch()).sort()).toEqual([
      ['backlog.began', 'first', 'paused'],
      ['backlog.began', 'second', 'limit'],
    ]);
    expect(await query('SELECT count(*)::integer FROM backlogs WHERE logged_reason IS NOT NULL')).toEqual([
      { count: 2 },
    ]);
    await query('UPDATE destinations SET paused = false');
    await release();
    expect((await watch()).sort()).toEqual([
      ['backlog.ended', 'first', 'paused'],
      ['backlog.ended', 'second', 'limit'],
    ]);
    expect(await query('SELECT FROM backlogs')).toEqual([]);
  });

  test('make no backlog before they are due, nor once their destination is deleted', async () => {
    await query('UPDATE destinations SET retry = $1', [JSON.stringify({ baseDelayMs: 3_600_000 })]);
    const [job] = await commitPlans(deps(), [plan('a', [B])], true);
    await commitOutcomes(deps(), [attempted(job as never, 1, FAILED)], true);
    await commitPlans(deps(), [plan('b', [A])], false);
    await query('UPDATE destinations SET deleted_at = now() WHERE id = $1', [A]);
    await calmFlows(harness.database);
    expect(await query('SELECT waiting FROM destination_health')).toEqual([{ waiting: 1 }, { waiting: 1 }]);
    await release();
    await watch();
    expect(await query('SELECT FROM backlogs')).toEqual([]);
  });

  test('have a hundred lines of their own in one look; the others are counted', async () => {
    const ids = Array.from(
      { length: 120 },
      (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    );
    for (const [n, id] of ids.entries()) await addDestination(harness.database, id, `number ${n}`);
    await commitPlans(deps(), [plan('a', ids)], false);
    await watch();
    const said = await watch(11);
    expect(said.filter(([event]) => event === 'backlog.began')).toHaveLength(100);
    await query('UPDATE destinations SET deleted_at = now()');
    await watchBacklogs(harness.database, log);
    expect(lines.at(-1)).toMatchObject({ event: 'backlog.more', began: 0, ended: 20 });
  });
});

describe('queues that take nothing', () => {
  const note = async (state: { room: boolean; full?: boolean }) => {
    const hasRoom = await noteRoom(harness.database, createQueues(state), log);
    return { hasRoom, lines: lines.splice(0).map(({ event }) => event) };
  };

  test('are said to be full when that begins and when it ends', async () => {
    expect(await note({ room: true })).toEqual({ hasRoom: true, lines: [] });
    expect(await note({ room: false, full: true })).toEqual({ hasRoom: false, lines: ['queues.full'] });
    expect(await note({ room: false, full: true })).toEqual({ hasRoom: false, lines: [] });
    expect(await note({ room: true })).toEqual({ hasRoom: true, lines: ['queues.no_longer_full'] });
    // An outage has its own lines.
    expect(await note({ room: false })).toEqual({ hasRoom: false, lines: [] });
    expect(await note({ room: true })).toEqual({ hasRoom: true, lines: [] });
  });

  test('are what a due delivery waits for', async () => {
    await commitPlans(deps(), [plan('a', [B])], false);
    const [delivery] = await query('SELECT id FROM deliveries');
    const reader = createDeliveriesReader(harness.database);
    const waitingFor = async () => (await reader.find(delivery?.id as string))?.waitingFor;
    expect(await waitingFor()).toBe('destination_limit');
    await harness.dispatcherWith(createQueues({ room: false })).tick();
    expect(await waitingFor()).toBe('queues');
    await release();
    expect(await waitingFor()).toBe('worker');
  });
});

test('what waits and how destinations are is measured, and said in the readiness report', async () => {
  await commitPlans(deps(), [plan('a', [A, B], { severity: 'HIGH' })], false);
  await query(`UPDATE deliveries SET next_attempt_at = now() - interval '100 seconds'`);
  await query('UPDATE destinations SET paused = true WHERE id = $1', [A]);
  await query(
    `UPDATE destination_health SET circuit_opened_at = now(), flow_limit = 1.5, held_until = now() + interval '1 hour'
    WHERE destination_id = $1`,
    [B],
  );
  const metrics = createMetrics('status-service');
  const { database } = harness;
  let room: 'ok' | 'full' = 'ok';
  const service = createStatusService(
    {
      ...{ database, reads: database, log, metrics },
      queues: { ...createOpenQueues([]), room: async () => room },
      sendSystemAlert: async () => undefined,
    },
    { defaults: DEFAULT_RETRY_POLICY, shards: 1, expireDays: 7, retentionDays: 30 },
  );
  try {
    await waitFor(async () => (await service.readiness?.())?.backlogs === 'circuit: 1, paused: 1');
    const text = await metrics.registry.metrics();
    const value = (name: string, labels = '') =>
      Number(new RegExp(`^${name}\\{${labels}.*\\} (.+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    expect(value('tocsin_backlogs', 'reason="circuit"')).toBe(1);
    expect(value('tocsin_backlogs', 'reason="limit"')).toBe(0);
    expect(value('tocsin_backlog_oldest_due_seconds', 'severity="HIGH"')).toBeGreaterThanOrEqual(100);
    expect(value('tocsin_backlog_oldest_due_seconds', 'severity="LOW"')).toBe(0);
    expect(value('tocsin_destination_deliveries_open', `destination_id="${A}"`)).toBe(1);
    expect(value('tocsin_destination_deliveries_open', 'destination_id="other"')).toBe(0);
    expect(value('tocsin_destination_limit', `destination_id="${B}"`)).toBe(1);
    expect(value('tocsin_destination_circuit_open', `destination_id="${B}"`)).toBe(1);
    expect(value('tocsin_destination_circuit_open', `destination_id="${A}"`)).toBe(0);
    expect(value('tocsin_destination_info', `destination_id="${B}",destination_name="second"`)).toBe(1);
    expect(value('tocsin_circuits_open')).toBe(1);
    expect(value('tocsin_queues_full')).toBe(0);
    expect(value('tocsin_deliveries_failed_total', 'severity="HIGH"')).toBe(0);
    room = 'full';
    expect(await metrics.registry.metrics()).toMatch(/^tocsin_queues_full\{.*\} 1$/m);
  } finally {
    await service.close();
  }
});
