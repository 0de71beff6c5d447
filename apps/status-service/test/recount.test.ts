import { beforeEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import { createMetrics } from '@tocsin/service';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { waitFor } from '@tocsin/testkit';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { createStatusService } from '../src/index.ts';
import { createRecounter } from '../src/maintenance/recount.ts';
import { commitOutcomes, commitPlans, createCommits, resend } from './commits.ts';
import { createQueues, useHarness } from './dispatch-harness.ts';
import { createOpenQueues } from './resend-harness.ts';
import { A, attempted, B, calmFlows, FAILED } from './scene.ts';

const harness = useHarness();
const { deps, plan, counts, dispatcherWith } = harness;

let lines: Record<string, unknown>[];
let corrected: string[];
beforeEach(() => {
  lines = [];
  corrected = [];
});

const recounterWith = (options: { pageSize?: number; runMsMax?: number } = {}) =>
  createRecounter(
    {
      ...createCommits(harness.database),
      log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
      onCorrected: (of) => void corrected.push(of),
    },
    { retentionDays: 30, runMsMax: 60_000, ...options },
  );

const query = async (sql: string, parameters: unknown[] = []) =>
  (await harness.database.pool.query(sql, parameters)).rows;

async function setSlots(slots: number): Promise<void> {
  await query('UPDATE destinations SET max_in_flight = $1', [slots]);
  await calmFlows(harness.database);
}

/** For A one queued, one delayed and two waiting, for B one queued. */
async function letOpen(): Promise<void> {
  const jobs = await commitPlans(deps(), [plan('one', [A, B]), plan('two', [A])], true);
  await commitPlans(deps(), [plan('three', [A]), plan('four', [A])], true);
  const [job] = jobs.filter(({ destinationId }) => destinationId === A) as [DispatchedDelivery];
  await commitOutcomes(deps(), [attempted(job, 1, FAILED)], false);
}

const OF_A = { waiting: 2, queued: 1, delayed: 1 };
const OF_B = { waiting: 0, queued: 1, delayed: 0 };

const alertCounts = async () =>
  Object.fromEntries(
    (
      await query('SELECT alert_id, open_count, succeeded_count, failed_count, cancelled_count FROM routings')
    ).map(({ alert_id, ...of }) => [alert_id, Object.values(of)]),
  );

describe('counts of destinations', () => {
  beforeEach(letOpen);

  test('that are right are left alone, and their rows neither locked nor written to', async () => {
    const version = () => query('SELECT xmin FROM destination_health UNION ALL SELECT xmin FROM routings');
    const before = await version();
    const other = await harness.database.pool.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM destination_health FOR UPDATE');
      await recounterWith().run();
    } finally {
      await other.query('ROLLBACK');
      other.release();
    }
    expect(await version()).toEqual(before);
    expect(lines).toEqual([]);
  });

  test.each(
    ['waiting', 'queued', 'delayed'].flatMap((name) => [
      [name, 'too high', 7],
      [name, 'too low', -1],
    ]),
  )('are corrected where %s is %s', async (name, _, by) => {
    await query(`UPDATE destination_health SET ${name} = ${name} + $2 WHERE destination_id = $1`, [A, by]);
    const stored = await counts(A);
    await recounterWith().run();
    expect([await counts(A), await counts(B)]).toEqual([OF_A, OF_B]);
    expect(corrected).toEqual(['destination']);
    expect(lines).toMatchObject([
      {
        level: 40,
        event: 'destination_counts.corrected',
        destinationId: A,
        stored: { ...stored, nextDueInMs: expect.any(Number) },
        counted: { ...OF_A, nextDueInMs: expect.any(Number) },
      },
    ]);
    await recounterWith().run();
    expect(lines).toHaveLength(1);
  });

  test('that are nothing are corrected, and what was stranded goes out', async () => {
    await setSlots(10);
    await query('UPDATE destination_health SET waiting = 0, next_due_at = NULL');
    const queues = createQueues();
    expect(await dispatcherWith(queues).tick()).toMatchObject({ released: 0 });
    await recounterWith().run();
    expect(await counts(A)).toEqual(OF_A);
    expect(await dispatcherWith(queues).tick()).toMatchObject({ released: 2 });
    expect(queues.deliveries.map(({ alertId }) => alertId).sort()).toEqual(['four', 'three']);
  });

  test('that are gone are made again', async () => {
    await query('DELETE FROM destination_health');
    await recounterWith().run();
    expect([await counts(A), await counts(B)]).toEqual([OF_A, OF_B]);
    await setSlots(10);
    expect(await dispatcherWith(createQueues()).tick()).toMatchObject({ released: 2 });
  });

  test('of slots that nothing holds are given back', async () => {
    await setSlots(4);
    await query('UPDATE destination_health SET queued = 3 WHERE destination_id = $1', [A]);
    expect(await dispatcherWith(createQueues()).tick()).toMatchObject({ released: 0 });
    await recounterWith().run();
    expect(await dispatcherWith(createQueues()).tick()).toMatchObject({ released: 2 });
  });

  test('are of a destination that is deleted or not in the list too', async () => {
    await query('DELETE FROM destinations WHERE id = $1', [B]);
    await query('UPDATE destination_health SET queued = 9 WHERE destination_id = $1', [B]);
    await recounterWith().run();
    expect(await counts(B)).toEqual(OF_B);
  });

  test('a first due time that is too late is corrected, and what was stranded goes out', async () => {
    await setSlots(10);
    await query(`UPDATE destination_health SET next_due_at = now() + interval '1 day'`);
    expect(await dispatcherWith(createQueues()).tick()).toMatchObject({ released: 0 });
    await recounterWith().run();
    expect(lines).toMatchObject([{ destinationId: A, counted: OF_A, stored: OF_A }]);
    expect(await dispatcherWith(createQueues()).tick()).toMatchObject({ released: 2 });
  });

  test('a first due time that is early, or not known, is left alone', async () => {
    await query(`UPDATE destination_health SET next_due_at = now() - interval '1 day'`);
    await recounterWith().run();
    await query('UPDATE destination_health SET next_due_at = NULL');
    await recounterWith().run();
    expect(lines).toEqual([]);
  });

  /** Recounts in two processes, and does something once both have found that A's counts are wrong, or wait for that. */
  async function meanwhile(sql: string): Promise<void> {
    const other = await harness.database.pool.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM destination_health FOR UPDATE');
      const running = Promise.all([recounterWith().run(), recounterWith().run()]);
      const waiting = () =>
        query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
      await waitFor(async () => (await waiting()).length === 2);
      await other.query(sql);
      await other.query('COMMIT');
      await running;
    } finally {
      other.release();
    }
  }

  test('are corrected once where several processes find them wrong at the same time', async () => {
    await query('UPDATE destination_health SET waiting = waiting + 5, queued = 0');
    await meanwhile('SELECT');
    expect([await counts(A), await counts(B)]).toEqual([OF_A, OF_B]);
    expect(corrected).toEqual(['destination', 'destination']);
  });

  test('are corrected by what they were wrong by, whatever is committed between counting and locking', async () => {
    await query('UPDATE destination_health SET waiting = waiting + 5, delayed = 0');
    await meanwhile(`
      UPDATE deliveries SET queue_state = 'queued', lease_until = now() WHERE alert_id = 'three';
      UPDATE destination_health SET waiting = waiting - 1, queued = queued + 1 WHERE destination_id = '${A}'`);
    expect([await counts(A), await counts(B)]).toEqual([{ waiting: 1, queued: 2, delayed: 1 }, OF_B]);
    expect(corrected).toEqual(['destination', 'destination']);
  });

  test('are looked at in turn, some in each run', async () => {
    const ids = Array.from(
      { length: 1_200 },
      (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    );
    await query(`INSERT INTO destination_health (destination_id, queued) SELECT unnest($1::uuid[]), 1`, [
      ids,
    ]);
    const recounter = recounterWith({ runMsMax: 0 });
    const seen: number[] = [];
    for (let run = 0; run < 4; run += 1) {
      await recounter.run();
      seen.push(corrected.length);
    }
    expect(seen).toEqual([500, 1_000, 1_200, 1_200]);
    await query('UPDATE destination_health SET queued = queued + 1');
    await recounter.run();
    expect(corrected.length).toBeGreaterThan(1_200);
  });
});

describe('counts of alerts', () => {
  beforeEach(letOpen);

  test.each([
    ['open_count', 3],
    ['open_count', -1],
    ['succeeded_count', 2],
    ['failed_count', 1],
    ['cancelled_count', 1],
  ])('are corrected where %s is wrong by %d', async (name, by) => {
    const before = await alertCounts();
    await query(`UPDATE routings SET ${name} = ${name} + $1 WHERE alert_id = 'two'`, [by]);
    const stored = await alertCounts();
    await recounterWith().run();
    expect(stored).not.toEqual(before);
    expect(await alertCounts()).toEqual(before);
    expect(corrected).toEqual(['alert']);
    expect(lines).toMatchObject([
      {
        level: 40,
        event: 'alert_counts.corrected',
        alertId: 'two',
        counted: { open: 1, succeeded: 0, failed: 0, cancelled: 0 },
      },
    ]);
  });

  test('are looked at page by page and day by day, and again from the beginning', async () => {
    const earlier = await harness.makeDay(3);
    const beyond = await harness.makeDay(30);
    const plans = [1, 2, 3].map((n) => plan(`e${n}`, [B], { day: earlier }));
    await commitPlans(deps(), [...plans, plan('old', [B], { day: beyond })], true);
    const before = await alertCounts();
    const recounter = recounterWith({ pageSize: 2, runMsMax: 0 });
    for (let turn = 1; turn <= 2; turn += 1) {
      await query('UPDATE routings SET open_count = open_count + 1');
      // Two pages for each day with three or four alerts, one of which is empty or not full, and the end of the turn.
      for (let run = 0; run < 6; run += 1) await recounter.run();
      expect(corrected).toHaveLength(turn * 7);
      expect(await alertCounts()).toEqual({ ...before, old: [turn + 1, 0, 0, 0] });
    }
  });

  test('are corrected once where several processes find them wrong at the same time', async () => {
    const before = await alertCounts();
    await query('UPDATE routings SET open_count = open_count + 1');
    await Promise.all(Array.from({ length: 4 }, () => recounterWith({ pageSize: 3 }).run()));
    expect(await alertCounts()).toEqual(before);
    expect(corrected).toHaveLength(4);
  });
});

test('the service recounts by itself, and counts what it corrects', async () => {
  await letOpen();
  await query('UPDATE destination_health SET queued = queued + 1');
  const metrics = createMetrics('status-service');
  const { database } = harness;
  const service = createStatusService(
    {
      database,
      reads: database,
      queues: createOpenQueues([]),
      sendSystemAlert: async () => undefined,
      log: pino({ level: 'silent' }),
      metrics,
    },
    { defaults: DEFAULT_RETRY_POLICY, shards: 1, expireDays: 7, retentionDays: 30 },
  );
  try {
    await waitFor(async () =>
      /tocsin_counts_corrected_total\{of="destination".*\} 2\n/.test(await metrics.registry.metrics()),
    );
  } finally {
    await service.close();
  }
});

/** What commits do, at random, each in a transaction of its own and many at the same time. */
const step = fc.record({
  does: fc.constantFrom('plan', 'plan', 'succeed', 'succeed', 'fail', 'resend', 'tick'),
  pick: fc.nat(1_000),
  hasRoom: fc.boolean(),
});

describe('while commits go on', () => {
  /** @returns when all lanes of commits have ended, with how often was recounted meanwhile */
  async function race(lanes: { does: string; pick: number; hasRoom: boolean }[][], name: string) {
    const jobs: DispatchedDelivery[] = [];
    let alerts = 0;
    let racing = true;
    const take = (pick: number) => jobs.splice(pick % Math.max(1, jobs.length), 1);
    async function perform({ does, pick, hasRoom }: { does: string; pick: number; hasRoom: boolean }) {
      if (does === 'plan') {
        const to = [[A], [B], [A, B]][pick % 3] as string[];
        alerts += 1;
        jobs.push(...(await commitPlans(deps(), [plan(`${name}-${alerts}`, to)], hasRoom)));
      } else if (does === 'resend') {
        const request = { actor: { keyId: 'k', keyName: 'k' }, day: harness.day };
        const alertId = `${name}-${1 + (pick % Math.max(1, alerts))}`;
        await resend(deps(), { ...request, alertId, destinationIds: [B] }, hasRoom).then(
          ({ released }) => jobs.push(...released),
          () => undefined,
        );
      } else if (does === 'tick') {
        const queues = createQueues({ room: hasRoom });
        await dispatcherWith(queues).tick();
        jobs.push(...queues.deliveries);
      } else {
        const [job] = take(pick);
        if (job === undefined) return;
        const outcome = attempted(job, 1, does === 'fail' ? FAILED : undefined);
        jobs.push(...(await commitOutcomes(deps(), [outcome], hasRoom)).released);
      }
    }
    const recount = async () => {
      let times = 0;
      for (const recounter = recounterWith(); racing; times += 1) await recounter.run();
      return times;
    };
    const recounts = [recount(), recount()];
    await Promise.all(
      lanes.map(async (steps) => {
        for (const one of steps) await perform(one);
      }),
    ).finally(() => {
      racing = false;
    });
    return Promise.all(recounts);
  }

  const lanes = fc.array(fc.array(step, { minLength: 10, maxLength: 30 }), { minLength: 4, maxLength: 4 });

  test('counts that are right are never corrected', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(lanes, async (some) => {
        run += 1;
        const times = await race(some, `right-${run}`);
        expect(Math.min(...times)).toBeGreaterThan(0);
        expect(lines).toEqual([]);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});
