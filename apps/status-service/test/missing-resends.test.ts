import { beforeEach, describe, expect, test } from '@jest/globals';
import { connectReads } from '@tocsin/store';
import { countForBulkResend } from '../src/resends/request-bulk-resend.ts';
import { ACTOR, ID } from './bulk-resend-scenario.ts';
import { commitPlans, missingOf, resend } from './commits.ts';
import { aTime, useMissingResends } from './missing-scenario.ts';
import { DAYS } from './resend-harness.ts';
import { A, addDestination, B, planOf } from './scene.ts';

const scene = useMissingResends();
const { create, view, change, takeAll, place, turn, sentTo } = scene;
const count = (fields: Parameters<typeof scene.askMissing>[0] = {}) =>
  countForBulkResend(scene.requestDeps(), scene.ask(scene.askMissing(fields)));

beforeEach(() => takeAll(A));

describe('alerts that a destination lacks', () => {
  test('are those that today’s routing sends there and that have no delivery to it', async () => {
    await place('had-1', { second: 1, plan: [A] });
    await place('had-2', { second: 2, plan: [A], end: 'failed' });
    await place('lacks-1', { second: 3, plan: [B] });
    await place('lacks-2', { second: 4, facts: { severity: 'CRITICAL' }, day: DAYS[1] });
    await place('by-name', { second: 5, facts: { type: 'RULE_ERROR', destinations: ['first'] } });
    await place('by-id', { second: 6, facts: { type: 'RULE_ERROR', outputIds: [A] } });
    await place('elsewhere', { second: 7, facts: { destinations: ['second'] } });
    await place('nowhere', { second: 8, facts: { destinations: [] } });
    await place('other-type', { second: 9, facts: { type: 'RULE_ERROR' } });
    await place('unplanned', { second: 10, plan: null });
    const counted = { matched: 4, atLeast: false, critical: 1 };
    expect(await count()).toEqual({ ...counted, oldestReceivedAt: `${DAYS[0]}T00:00:03.000Z` });
    const { id } = await create();
    await scene.harness.database.pool.query(`UPDATE resends SET created_at = now() - interval '2 minutes'`);
    const jobs = await turn();
    expect(jobs.map(({ alertId }) => alertId).sort()).toEqual(['by-id', 'by-name', 'lacks-1', 'lacks-2']);
    expect(jobs.every(({ destinationId, round }) => destinationId === A && round === 1)).toBe(true);
    expect(await view(id)).toMatchObject({
      state: 'done',
      status: ['missing'],
      matched: 4,
      resent: 4,
      skipped: 0,
    });
    await scene.harness.expectExactCounts();
  });

  test('are of the severities and the time that were requested', async () => {
    for (const [n, severity] of (['LOW', 'CRITICAL', 'HIGH', 'CRITICAL'] as const).entries())
      await place(`alert-${n}`, { second: n, facts: { severity } });
    expect(await count({ severityRanks: [0, 1] })).toMatchObject({ matched: 3, critical: 2 });
    const time = { since: `${DAYS[0]}T00:00:01Z`, until: `${DAYS[0]}T00:00:03Z` };
    expect(await count(time)).toMatchObject({ matched: 2, oldestReceivedAt: `${DAYS[0]}T00:00:01.000Z` });
    await create({ ...time, severityRanks: [0] });
    expect((await turn()).map(({ alertId }) => alertId)).toEqual(['alert-1']);
  });

  test('may be none', async () => {
    expect(await count()).toEqual({ matched: 0, atLeast: false, oldestReceivedAt: null, critical: 0 });
    const { id } = await create();
    expect(await turn()).toEqual([]);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 0, resent: 0, skipped: 0 });
  });

  test('follow every change of a destination that was answered, in a process that knows it from before', async () => {
    const deps = scene.requestDeps();
    const lacks = () => countForBulkResend(deps, scene.ask(scene.askMissing()));
    await place('rule');
    await place('system', { facts: { type: 'SYSTEM_ERROR' } });
    expect(await lacks()).toMatchObject({ matched: 2 });
    await change(A, `alert_types = '{RULE}'`);
    expect(await lacks()).toMatchObject({ matched: 1 });
    await change(A, `severities = '{HIGH}'`);
    expect(await lacks()).toMatchObject({ matched: 0 });
    await addDestination(scene.harness.database, ID, 'new');
    await takeAll(ID);
    const ofNew = scene.ask(scene.askMissing({ destinationId: ID }));
    expect(await countForBulkResend(deps, ofNew)).toMatchObject({ matched: 2 });
  });

  test('are not for a destination that is disabled or deleted', async () => {
    const refusal = { code: 'destination_unavailable' };
    for (const state of ['enabled = false', 'enabled = true, deleted_at = now()']) {
      await change(A, state);
      await expect(count()).rejects.toMatchObject(refusal);
      await expect(create()).rejects.toMatchObject(refusal);
    }
  });

  test('are no notices of failures that it is about, nor any while it fails', async () => {
    const notice = { facts: { type: 'SYSTEM_ERROR' as const } };
    await place('tocsin.own', { ...notice, payload: `{"description":"- “first” (${A}): 1 delivery"}` });
    await place('tocsin.many', { ...notice, payload: '{"description":"- and 3 more destinations"}' });
    await place('tocsin.others', { ...notice, payload: `{"description":"- “second” (${B}): 1 delivery"}` });
    await place('named-by-a-producer', { ...notice, payload: `{"description":"(${A})"}` });
    await change(A, 'enabled = true');
    expect(await count()).toMatchObject({ matched: 2 });
    const fails = (failures: number) =>
      scene.harness.database.pool.query(
        `INSERT INTO destination_health (destination_id, consecutive_failures) VALUES ($1, $2)
         ON CONFLICT (destination_id) DO UPDATE SET consecutive_failures = $2`,
        [A, failures],
      );
    await fails(3);
    expect(await count()).toMatchObject({ matched: 1 });
    await fails(0);
    await create();
    await turn();
    expect(await sentTo(A)).toEqual(['named-by-a-producer', 'tocsin.others']);
  });
});

describe('a count', () => {
  test('that takes too long says what it has, and that there may be more', async () => {
    for (let n = 0; n < 2_001; n += 1000)
      await scene.harness.database.pool.query(
        `WITH made AS (
           INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, log_types, payload, facts)
           SELECT $1::date, 'alert-' || n, $1::date::timestamp AT TIME ZONE 'UTC' + n * interval '1 second', 0, 'RULE', 'x', 'x', '{}', '{}', $3
           FROM generate_series($2::integer, $2::integer + 999) AS n RETURNING *
         ) INSERT INTO routings (received_day, alert_id, rule, destination_ids, skipped, notes, open_count)
           SELECT received_day, alert_id, 'filters', '{}', '[]', '{}', 0 FROM made`,
        [
          ...[DAYS[0], n],
          '{"severity":"CRITICAL","type":"RULE","logTypes":[],"destinations":null,"outputIds":[]}',
        ],
      );
    const missing = missingOf(scene.harness.database);
    const filter = { destinationId: A, severityRanks: null };
    const times = { since: 0, until: Date.UTC(2030, 0) * 1_000, requestedAt: Date.UTC(2030, 0) * 1_000 };
    // A clock that has gone on by an hour each time it is read.
    let hours = 0;
    const counted = await missing.count({ ...filter, ...times }, () => 3_600_000 * hours++);
    const oldestReceivedAt = `${DAYS[0]}T00:00:00.000Z`;
    expect(counted).toEqual({ matched: 500, atLeast: true, oldestReceivedAt, critical: 500 });
    expect(await missing.count({ ...filter, ...times }, () => 0)).toEqual({
      ...{ matched: 3_000, atLeast: false, oldestReceivedAt, critical: 3_000 },
    });
  });

  test('and a batch read facts up to a bound at once, however large they are', async () => {
    const logTypes = Array.from({ length: 200 }, (_, n) => `${n}`.padEnd(1_024, 'x'));
    for (let n = 0; n < 12; n += 1) await place(`alert-${n}`, { second: n, facts: { logTypes } });
    const database = scene.harness.connect();
    const query = database.pool.query.bind(database.pool) as (
      ...given: unknown[]
    ) => Promise<{ rows: unknown[] }>;
    const sizes: number[] = [];
    database.pool.query = (async (...given: unknown[]) => {
      const result = await query(...given);
      sizes.push(JSON.stringify(result.rows).length);
      return result;
    }) as unknown as typeof database.pool.query;
    const deps = scene.requestDeps(scene.harness.database, database);
    expect(await countForBulkResend(deps, scene.ask(scene.askMissing()))).toMatchObject({ matched: 12 });
    await create();
    expect(await turn(undefined, { missing: deps.missing })).toHaveLength(12);
    expect(Math.max(...sizes)).toBeLessThan(1.3 * 1024 * 1024);
  });
});

test('a page reads the alerts of its stretch once, and no day but its own', async () => {
  await place('alert');
  const { url } = scene.harness;
  const reads = connectReads({ databaseUrl: url, applicationName: 'test', log: { warn: () => undefined } });
  const query = reads.pool.query.bind(reads.pool) as (...given: unknown[]) => Promise<{ rows: never[] }>;
  const scanned: string[] = [];
  reads.pool.query = (async (text: string, values: unknown[]) => {
    const { rows } = await query(`EXPLAIN (FORMAT JSON) ${text}`, values);
    scanned.push(...(JSON.stringify(rows).match(/(?<="Relation Name": ?")(alerts|deliveries)_\d+/g) ?? []));
    return query(text, values);
  }) as unknown as typeof reads.pool.query;
  const since = Date.parse(`${DAYS[0]}T00:00:00Z`) * 1_000;
  const filter = { destinationId: A, severityRanks: null, since, until: since + 1, requestedAt: since + 1 };
  expect(await missingOf(reads).count(filter)).toMatchObject({ matched: 1 });
  await reads.close();
  expect(scanned.sort()).toEqual(['alerts_20260701', 'deliveries_20260701']);
});

describe('what is sent', () => {
  test('has its results counted to the end, also after a further resend, and stands in the audit log', async () => {
    for (let n = 0; n < 6; n += 1) await place(`alert-${n}`, { second: n });
    const { id } = await create();
    const jobs = await turn();
    await scene.harness.answer(jobs.slice(0, 3), 'succeeded');
    await scene.harness.answer(jobs.slice(3, 5), 'failed');
    const outcome = { queued: 6, succeeded: 3, open: 1, failed: 2 };
    expect(await view(id)).toMatchObject({ outcome });
    const again = { actor: ACTOR, alertId: jobs[3]!.alertId, day: DAYS[0], destinationIds: [A] };
    const { released } = await resend(scene.harness.commits, again, true);
    await scene.harness.answer(released, 'succeeded');
    expect(await view(id)).toMatchObject({ outcome });
    await scene.harness.expectExactCounts();
    const { rows } = await scene.harness.database.pool.query(
      `SELECT actor, detail FROM audit_log WHERE action = 'resend.started'`,
    );
    expect(rows).toMatchObject([
      { actor: 'test (t)', detail: { destinationId: A, statuses: ['missing'], matched: 6 } },
    ]);
    const { rows: attempts } = await scene.harness.database.pool.query(
      'SELECT DISTINCT trigger FROM attempts',
    );
    expect(attempts).toEqual([{ trigger: 'resend' }]);
  });

  test('is left where the destination is disabled in the middle', async () => {
    for (let n = 0; n < 6; n += 1) await place(`alert-${n}`, { second: n });
    const { id } = await create();
    expect(await turn(aTime(2))).toHaveLength(2);
    await change(A, 'enabled = false');
    expect(await turn()).toEqual([]);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 6, resent: 2, skipped: 4 });
    await scene.harness.expectExactCounts();
  });

  test('is none after it was cancelled', async () => {
    await place('alert');
    const { id } = await create();
    const database = scene.harness.connect();
    const missing = missingOf(database);
    const cancelling = {
      ...missing,
      find: async (...given: Parameters<typeof missing.find>) => {
        const found = await missing.find(...given);
        await database.pool.query(`UPDATE resends SET state = 'cancelled' WHERE id = $1`, [id]);
        return found;
      },
    };
    expect(await turn(undefined, { database, missing: cancelling })).toEqual([]);
    expect(await sentTo(A)).toEqual([]);
  });
});

describe('no alert is sent twice', () => {
  beforeEach(async () => {
    for (let n = 0; n < 20; n += 1) await place(`alert-${n}`, { second: n });
  });

  test('by bulk resends that overlap, in several processes at once, though what is sent fails', async () => {
    const all = await create();
    const some = await create({ since: `${DAYS[0]}T00:00:05Z` });
    const others = await create({ destinationId: A, severityRanks: [3] });
    const databases = [scene.harness.database, scene.harness.connect(), scene.harness.connect()];
    for (let left = true; left; ) {
      const jobs = (
        await Promise.all(databases.map((one) => turn({ page: 5, batch: 3, heldMs: 0 }, { database: one })))
      ).flat();
      await scene.harness.answer(jobs, 'failed');
      const states = await Promise.all([all, some, others].map(async ({ id }) => (await view(id))?.state));
      left = states.includes('running');
    }
    expect(await sentTo(A)).toHaveLength(20);
    expect(await scene.harness.rounds()).toEqual({ '1 failed': 20 });
    const ended = await Promise.all([all, some, others].map(({ id }) => view(id)));
    expect(ended.reduce((sum, one) => sum + (one?.resent ?? 0), 0)).toBe(20);
    expect(ended.map((one) => (one?.resent ?? 0) + (one?.skipped ?? 0))).toEqual([20, 15, 20]);
    await scene.harness.expectExactCounts();
  });

  test('by another process that found the same ones', async () => {
    const { id } = await create();
    const database = scene.harness.connect();
    const missing = missingOf(database);
    const late = {
      ...missing,
      find: async (...given: Parameters<typeof missing.find>) => {
        const found = await missing.find(...given);
        // As where finding took longer than others leave it alone.
        await database.pool.query('UPDATE resends SET taken_at = NULL');
        expect(await turn(aTime(8))).toHaveLength(8);
        return found;
      },
    };
    expect(await turn(aTime(8), { database, missing: late })).toEqual([]);
    expect(await view(id)).toMatchObject({ state: 'running', matched: 20, resent: 8, skipped: 0 });
  });

  test('that somebody resends there between finding and sending', async () => {
    const { id } = await create();
    const database = scene.harness.connect();
    const missing = missingOf(database);
    const late = {
      ...missing,
      find: async (...given: Parameters<typeof missing.find>) => {
        const found = await missing.find(...given);
        const request = { actor: ACTOR, alertId: 'alert-7', day: DAYS[0], destinationIds: [A] };
        await resend(scene.harness.commits, request, true);
        return found;
      },
    };
    expect(await turn(undefined, { database, missing: late })).toHaveLength(19);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 20, resent: 19, skipped: 1 });
    await scene.harness.expectExactCounts();
  });

  test('after a crash in the middle: what was committed stays, and the rest goes on from there', async () => {
    const { id } = await create();
    expect(await turn(aTime(8))).toHaveLength(8);
    const database = scene.harness.connect();
    const connect = database.pool.connect.bind(database.pool) as () => Promise<never>;
    const broken = async () => {
      const client = (await connect()) as { query: (...given: unknown[]) => unknown; release: () => void };
      return new Proxy(client, {
        get: (target, name) => {
          if (name === 'release') return target.release.bind(target);
          if (name !== 'query') return Reflect.get(target, name);
          return async (text: unknown, ...rest: unknown[]) => {
            if (String(text).includes('INSERT INTO resend_rounds')) throw new Error('killed');
            return target.query(text, ...rest);
          };
        },
      });
    };
    const dying = { ...database, pool: { connect: broken, query: database.pool.query.bind(database.pool) } };
    await expect(turn(undefined, { database: dying as never, missing: missingOf(database) })).rejects.toThrow(
      'killed',
    );
    expect(await sentTo(A)).toHaveLength(8);
    expect(await view(id)).toMatchObject({ state: 'running', resent: 8, skipped: 0 });
    expect(await turn()).toHaveLength(12);
    expect(await view(id)).toMatchObject({ state: 'done', resent: 20, skipped: 0 });
    await scene.harness.expectExactCounts();
  });
});

test('one bulk resend that cannot go on keeps no other of its destination waiting', async () => {
  await place('stuck', { day: DAYS[1] });
  await place('alert');
  const { id: stuck } = await create({ since: `${DAYS[1]}T00:00:00Z` });
  const { id } = await create({ until: `${DAYS[1]}T00:00:00Z` });
  // As where the days of one table were dropped and those of another not yet.
  await scene.harness.database.pool.query('DROP TABLE deliveries_20260702');
  await expect(turn()).rejects.toMatchObject({ code: '23514' });
  await expect(turn()).rejects.toMatchObject({ code: '23514' });
  expect(await sentTo(A)).toEqual(['alert']);
  expect(await view(id)).toMatchObject({ state: 'done', resent: 1 });
  expect(await view(stuck)).toMatchObject({ state: 'running', resent: 0, skipped: 0 });
});

test('what is received after the request is left to routing', async () => {
  await place('before', { second: 1 });
  await create();
  await place('after', { second: 3 });
  await scene.harness.database.pool.query(`UPDATE resends SET created_at = '${DAYS[0]}T00:00:02Z'`);
  expect((await turn()).map(({ alertId }) => alertId)).toEqual(['before']);
});

describe('an alert without a plan', () => {
  const plan = (destinationIds: string[]) =>
    commitPlans(scene.harness.commits, [planOf({ alertId: 'late', day: DAYS[0] }, destinationIds)], true);

  beforeEach(async () => {
    await place('first', { second: 1 });
    await place('late', { second: 2, plan: null });
    await place('last', { second: 3 });
  });

  test('is waited for, since its plan may have been decided before the destination took it', async () => {
    const { id } = await create();
    expect(await turn()).toHaveLength(1);
    expect(await turn()).toEqual([]);
    await plan([B]);
    expect((await turn()).map(({ alertId }) => alertId)).toEqual(['late', 'last']);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 3, resent: 3, skipped: 0 });
    await scene.harness.expectExactCounts();
  });

  test('is passed over in the end: a plan of a minute later is of today', async () => {
    const { id } = await create();
    await turn();
    await scene.harness.database.pool.query(
      `UPDATE resends SET created_at = created_at - interval '2 minutes'`,
    );
    expect((await turn()).map(({ alertId }) => alertId)).toEqual(['last']);
    expect(await view(id)).toMatchObject({ state: 'done', resent: 2 });
    expect(await plan([A])).toHaveLength(1);
    await scene.harness.expectExactCounts();
  });
});
