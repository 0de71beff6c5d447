import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { pino } from 'pino';
import { createMissingResends } from '../src/resends/run-missing-resends.ts';
import { commitPlans, missingOf } from './commits.ts';
import { aTime, useMissingResends } from './missing-scenario.ts';
import { DAYS } from './resend-harness.ts';
import { A, B, planOf } from './scene.ts';

const scene = useMissingResends();
const { create, view, change, takeAll, place, turn, sentTo } = scene;

beforeEach(() => takeAll(A));

describe('fresh alerts go first', () => {
  beforeEach(async () => {
    for (let n = 0; n < 10; n += 1) await place(`alert-${n}`, { second: n });
  });

  test('so many go out at a time, over all processes, and each of several bulk resends has its turn', async () => {
    await create();
    await create({ since: `${DAYS[0]}T00:00:05Z` });
    await takeAll(B);
    await create({ destinationId: B });
    const databases = [scene.harness.database, scene.harness.connect()];
    expect(
      (await Promise.all(databases.map((one) => turn(aTime(3), { database: one })))).flat(),
    ).toHaveLength(9);
    for (const one of databases) expect(await turn(aTime(3), { database: one })).toEqual([]);
    await scene.harness.database.pool.query(
      `UPDATE resends SET taken_at = taken_at - interval '2 minutes' WHERE destination_id = $1`,
      [B],
    );
    expect((await turn(aTime(3))).map(({ destinationId }) => destinationId)).toEqual([B, B, B]);
    expect(await turn(aTime(3))).toEqual([]);
  });

  test('half of the slots stay free for them', async () => {
    await change(A, 'max_in_flight = 6');
    const { id } = await create();
    const jobs = await turn();
    expect(jobs).toHaveLength(3);
    expect(await turn()).toEqual([]);
    await place('fresh', { day: DAYS[1], plan: [A] });
    expect(await sentTo(A)).toEqual(['alert-0', 'alert-1', 'alert-2', 'fresh']);
    await scene.harness.answer(jobs.slice(0, 2), 'succeeded');
    expect(await turn()).toHaveLength(2);
    expect(await view(id)).toMatchObject({ state: 'running', resent: 5, skipped: 0 });
    await scene.harness.expectExactCounts();
  });

  test('what was found is sent as there is room, and not looked for again meanwhile', async () => {
    await change(A, 'max_in_flight = 4');
    await create();
    const database = scene.harness.database;
    const missing = missingOf(database);
    let found = 0;
    const counted: typeof missing = {
      ...missing,
      find: (...given) => {
        found += 1;
        return missing.find(...given);
      },
    };
    const jobs: DispatchedDelivery[] = [];
    const send = createMissingResends(
      {
        ...scene.harness.commits,
        ...{ database, missing: counted, hasRoom: async () => true, log: pino({ level: 'silent' }) },
        enqueue: async (some) => void jobs.push(...some),
      },
      { page: 100, batch: 10, heldMs: 600_000 },
    );
    for (let sent = 2; sent <= 10; sent += 2) {
      expect(await send()).toBe('sent');
      expect(jobs).toHaveLength(sent);
      if (sent < 10) expect(await send()).toBe('blocked');
      await scene.harness.answer(jobs.slice(-2), 'succeeded');
    }
    expect(found).toBe(1);
  });

  test('half of the limit stays free for them, as low as that is at first', async () => {
    const { pool } = scene.harness.database;
    const limitOf4 = () =>
      pool.query('UPDATE destination_health SET flow_limit = 4 WHERE destination_id = $1', [A]);
    await commitPlans(scene.harness.commits, [planOf({ alertId: 'known', day: DAYS[1] }, [A])], true);
    await limitOf4();
    await create();
    expect(await turn()).toHaveLength(1);
    const fresh = [
      planOf({ alertId: 'fresh', day: DAYS[1] }, [A]),
      planOf({ alertId: 'also', day: DAYS[1] }, [A]),
    ];
    expect(await commitPlans(scene.harness.commits, fresh, true)).toHaveLength(2);
    expect(await turn()).toEqual([]);
  });

  test('none goes out while anything that is due waits for the destination, or the queues are full', async () => {
    await change(A, 'max_in_flight = 1');
    const { commits } = scene.harness;
    const plans = ['one', 'two'].map((alertId) => planOf({ alertId, day: DAYS[1] }, [A]));
    const [job] = await commitPlans(commits, plans, true);
    await create();
    await change(A, 'max_in_flight = 100');
    expect(await turn()).toEqual([]);
    await scene.harness.answer([job!], 'succeeded');
    expect(await turn(undefined, { hasRoom: false })).toEqual([]);
    expect(await turn()).toHaveLength(10);
  });
});
