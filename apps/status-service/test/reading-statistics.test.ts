import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS, type Stats } from '@tocsin/contract';
import { emptyHistogram } from '../src/statistics/delay-histogram.ts';
import { DAY, EVERYTHING, GRANULARITIES, HOUR, MINUTE, STRIPES } from '../src/statistics/granularities.ts';
import { createStatsReader } from '../src/statistics/read-stats.ts';
import { percentilesOf } from '../src/statistics/summed-counts.ts';
import { type Committing, startCommitting } from './api-harness.ts';
import { A, B } from './scene.ts';

const IDLE = 'c9f0f895-fb98-4b91-9f3e-6a1d2c3b4a5f';
const GONE = 'd1f0f895-fb98-4b91-9f3e-6a1d2c3b4a5f';
const GONE_BUSY = 'e1f0f895-fb98-4b91-9f3e-6a1d2c3b4a5f';

/** One delivery that succeeded, and perhaps one that failed. */
interface Activity {
  /** Seconds since 1970. */
  at: number;
  destinationId: string;
  failed: number;
  bin: number;
}

let scene: Committing;
let now: number;
let activities: Activity[];
beforeAll(async () => {
  scene = await startCommitting();
  for (const [id, name] of [
    [A, 'beta'],
    [B, 'Alpha'],
    [IDLE, 'idle'],
    [GONE, 'gone'],
    [GONE_BUSY, 'Gone but busy'],
  ] as const) {
    await scene.addDestination(id, name);
  }
  await scene.database.pool.query('UPDATE destinations SET deleted_at = now() WHERE id = ANY($1)', [
    [GONE, GONE_BUSY],
  ]);
  now = Math.floor(Date.now() / 1_000);
  // Some 12 days of it, so that every kind of range has rows of every width in it.
  activities = Array.from({ length: 2_000 }, (_, n) => ({
    at: now - n * 517 - 5,
    destinationId: [A, B, GONE_BUSY][n % 3] as string,
    failed: n % 5 === 0 ? 1 : 0,
    bin: 5 + (n % 31),
  }));
  await storeBuckets();
});
afterAll(() => scene?.close());

/** Stores what the commits would have kept of the activities; the minutes of three days alone. */
async function storeBuckets(): Promise<void> {
  const rows = new Map<
    string,
    { delays: number[]; succeeded: number; failed: number; [key: string]: unknown }
  >();
  for (const [n, { at, destinationId, failed, bin }] of activities.entries()) {
    for (const granularity of GRANULARITIES) {
      if (granularity === MINUTE && at < now - 3 * DAY) continue;
      for (const stripe of [0, 1 + (n % STRIPES)]) {
        const bucket = at - (at % granularity);
        const id = stripe === 0 ? destinationId : EVERYTHING;
        const key = `${granularity}/${id}/${stripe}/${bucket}`;
        const row = rows.get(key) ?? {
          granularity,
          id,
          stripe,
          bucket,
          succeeded: 0,
          failed: 0,
          delays: emptyHistogram(),
        };
        row.succeeded += 1;
        row.failed += failed;
        row.delays[bin]! += 1;
        rows.set(key, row);
      }
    }
  }
  await scene.database.pool.query(
    `INSERT INTO stats_buckets (granularity, destination_id, stripe, bucket, accepted, succeeded, failed,
       failed_attempts, delays)
     SELECT granularity, id, stripe, to_timestamp(bucket), succeeded, succeeded, failed, 2 * failed, delays
     FROM json_to_recordset($1::json) AS r(
       granularity integer, id uuid, stripe smallint, bucket bigint, succeeded integer, failed integer, delays integer[])`,
    [JSON.stringify([...rows.values()])],
  );
}

const stats = async (query: Record<string, string> = {}): Promise<Stats> => {
  const { status, body } = await scene.get(`/v1/stats?${new URLSearchParams(query)}`);
  expect(status).toBe(200);
  return body;
};

const seconds = (time: string) => Date.parse(time) / 1_000;
const iso = (at: number) => new Date(at * 1_000).toISOString();

/** The counts of the activities in a stretch of time, one by one. */
function countsIn(from: number, to: number, destinationId?: string) {
  const within = activities.filter(
    (one) =>
      one.at >= from && one.at < to && (destinationId === undefined || one.destinationId === destinationId),
  );
  const histogram = emptyHistogram();
  for (const { bin } of within) histogram[bin]! += 1;
  const failed = within.reduce((sum, one) => sum + one.failed, 0);
  return { succeeded: within.length, failed, failedAttempts: 2 * failed, ...percentilesOf(histogram) };
}

const RANGES: [string, number, number][] = [
  ['half an hour', HOUR / 2, 0],
  ['two hours', 2 * HOUR, 0],
  ['five hours', 5 * HOUR, 0],
  ['ten hours, yesterday', 10 * HOUR, DAY],
  ['a day', DAY, 0],
  ['a day that ended four days ago, without minutes', DAY, 4 * DAY],
  ['seven days', 7 * DAY, 0],
  ['ten days', 10 * DAY, 0],
  ['60 days', 60 * DAY, 0],
];

describe.each(RANGES)('of %s', (_, length, endedAgo) => {
  const ask = (query: Record<string, string> = {}) =>
    stats({ since: iso(now - endedAgo - length), until: iso(now - endedAgo), ...query });

  test('buckets lie side by side, are all there, and count what was in each', async () => {
    const { since, until, bucketSeconds, buckets, totals } = await ask();
    expect(buckets).toHaveLength((seconds(until) - seconds(since)) / bucketSeconds);
    buckets.forEach(({ at, accepted, open, oldestOpenSeconds, ...counts }, index) => {
      const from = seconds(since) + index * bucketSeconds;
      expect(at).toBe(iso(from));
      expect(counts).toEqual(countsIn(from, from + bucketSeconds));
      expect({ accepted, open, oldestOpenSeconds }).toEqual({
        accepted: counts.succeeded,
        open: null,
        oldestOpenSeconds: null,
      });
    });
    const { accepted, ...sums } = totals;
    expect(sums).toEqual(countsIn(seconds(since), seconds(until)));
    expect(accepted).toBe(sums.succeeded);
  });

  test('destinations have their own counts, and a sparkline of all of them', async () => {
    const { since, until, destinations, totals } = await ask();
    expect(destinations.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(totals.succeeded);
    for (const { destinationId, displayName: _name, sparkline, ...counts } of destinations) {
      expect(counts).toEqual(countsIn(seconds(since), seconds(until), destinationId));
      expect(sparkline.length).toBeGreaterThan(0);
      expect(sparkline.length).toBeLessThanOrEqual(24);
      const sum = (key: 'succeeded' | 'failed') => sparkline.reduce((all, step) => all + step[key], 0);
      expect({ succeeded: sum('succeeded'), failed: sum('failed') }).toEqual({
        succeeded: counts.succeeded,
        failed: counts.failed,
      });
    }
  });

  test('one destination’s answer is about it alone', async () => {
    const { since, until, buckets, totals, destinations } = await ask({ destinationId: B });
    const { accepted: _accepted, ...sums } = totals;
    expect(sums).toEqual(countsIn(seconds(since), seconds(until), B));
    expect(buckets.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(totals.succeeded);
    expect(destinations).toMatchObject([{ destinationId: B, displayName: 'Alpha', ...sums }]);
  });
});

describe('destinations', () => {
  test('are those that exist or had something to do, with the most trouble first, then the busiest, then by name', async () => {
    const { since, until, destinations } = await stats();
    const counted = [A, B, GONE_BUSY]
      .map((id) => ({ id, ...countsIn(seconds(since), seconds(until), id) }))
      .sort(
        (a, b) => b.failed - a.failed || b.failedAttempts - a.failedAttempts || b.succeeded - a.succeeded,
      );
    expect(
      destinations.map(({ failed, failedAttempts, succeeded }) => [failed, failedAttempts, succeeded]),
    ).toEqual([
      ...counted.map(({ failed, failedAttempts, succeeded }) => [failed, failedAttempts, succeeded]),
      [0, 0, 0],
    ]);
    expect(destinations.map(({ displayName }) => displayName).toSorted()).toEqual([
      'Alpha',
      'Gone but busy',
      'beta',
      'idle',
    ]);
    expect(destinations.at(-1)).toMatchObject({ destinationId: IDLE, succeeded: 0, delayP50Ms: null });
    expect(destinations.at(-1)?.sparkline).toEqual(
      Array(destinations[0]?.sparkline.length).fill({ succeeded: 0, failed: 0 }),
    );
  });

  test('are as many as were asked for', async () => {
    const range = { since: iso(now - DAY), until: iso(now) };
    const all = await stats(range);
    const { destinations, totals } = await stats({ ...range, limit: '2' });
    expect(destinations).toEqual(all.destinations.slice(0, 2));
    expect(totals).toEqual(all.totals);
  });

  test('are those that were named, while what is counted of all stays', async () => {
    const range = { since: iso(now - DAY), until: iso(now) };
    const all = await stats(range);
    for (const named of [`${IDLE},${A}`, `${A.toUpperCase()},${GONE},${IDLE},${GONE}`]) {
      const { destinations, totals, buckets } = await stats({ ...range, destinations: named });
      expect(destinations).toEqual(
        all.destinations.filter(({ destinationId }) => [A, IDLE].includes(destinationId)),
      );
      expect({ totals, buckets }).toEqual({ totals: all.totals, buckets: all.buckets });
    }
  });

  test('are chosen by whole hours, and answered by what was in the range', async () => {
    const { pool } = scene.database;
    const noon = now - (now % DAY) - 2 * DAY + 12 * HOUR;
    const add = (id: string, at: number, failed: number) =>
      pool.query(
        `INSERT INTO stats_buckets (granularity, destination_id, stripe, bucket, failed)
         SELECT g, $1, 0, date_bin(g * interval '1 second', to_timestamp($2), 'epoch'), $3 FROM unnest($4::integer[]) AS g`,
        [id, at, failed, GRANULARITIES],
      );
    await add(GONE, noon + 5 * MINUTE, 1_000);
    await add(IDLE, noon + 10 * MINUTE, 2_000);
    try {
      const range = { since: iso(noon + HOUR / 2), until: iso(noon + HOUR / 2 + DAY) };
      const { destinations } = await stats(range);
      const names = destinations.map(({ destinationId }) => destinationId);
      expect(names).toHaveLength(4);
      expect(names).not.toContain(GONE);
      expect(names.at(-1)).toBe(IDLE);
      expect(destinations.at(-1)).toMatchObject({ failed: 0, succeeded: 0 });
    } finally {
      await pool.query('DELETE FROM stats_buckets WHERE destination_id = ANY($1)', [[GONE, IDLE]]);
    }
  });

  test('that are deleted and had nothing to do, or are unknown, have an empty answer', async () => {
    for (const destinationId of [GONE, '00000000-0000-0000-0000-000000000000']) {
      const { totals, destinations } = await stats({ destinationId });
      expect({ succeeded: totals.succeeded, destinations }).toEqual({ succeeded: 0, destinations: [] });
    }
  });
});

describe('a sparkline', () => {
  test('has each delivery in the step of its time', async () => {
    const range = { since: iso(now - DAY), until: iso(now) };
    const { since, destinations } = await stats(range);
    const sparkline = destinations.find(({ destinationId }) => destinationId === A)?.sparkline ?? [];
    // Steps of two hours, at even hours: the least multiple of an hour with at most 24 of them, wherever a day begins.
    const width = sparkline.length > 13 ? HOUR : 2 * HOUR;
    const first = seconds(since) - (seconds(since) % width);
    sparkline.forEach((step, index) => {
      const from = Math.max(seconds(since), first + index * width);
      const { succeeded, failed } = countsIn(from, first + (index + 1) * width, A);
      expect(step).toEqual({ succeeded, failed });
    });
  });
});

test.each([
  ['since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z', 'until'],
  ['since=2025-01-01T00:00:00Z&until=2026-01-03T00:00:00Z', 'since'],
  ['since=2999-01-01T00:00:00Z', 'since'],
  ['since=yesterday', 'since'],
  ['destinationId=x', 'destinationId'],
  ['destinations=x', 'destinations[0]'],
  ['destinations=', 'destinations[0]'],
  [`destinations=${Array(101).fill(A).join()}`, 'destinations'],
  ['limit=201', 'limit'],
])('400: ?%s', async (query, path) => {
  const { status, body } = await scene.get(`/v1/stats?${query}`);
  expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
  expect(body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
});

describe('with 10,000 destinations more', () => {
  beforeAll(async () => {
    await scene.database.pool.query(
      `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types,
         require_log_type, headers, include_context, enabled, timeout_ms, max_in_flight, retry)
       SELECT md5('idle ' || n)::uuid, n || repeat('\u{1F6A8}', 90), 'https://example.com', 'sealed', '{}', '{}', '{}', false,
         '[]', false, true, 1000, 10, '{}'
       FROM generate_series(1, 10000) AS n`,
    );
  });

  test.each<Record<string, string>>([
    {},
    { limit: '200' },
    { limit: '200', since: iso(Math.floor(Date.now() / 1_000) - 365 * DAY) },
  ])('an answer to %j is at most 1 MiB, and what was busy is in it', async (query) => {
    const answered = await stats(query);
    expect(Buffer.byteLength(JSON.stringify(answered))).toBeLessThanOrEqual(LIMITS.pageBytesMax);
    expect(answered.destinations).toHaveLength(Number(query.limit ?? 50));
    expect(
      answered.destinations
        .slice(0, 3)
        .map(({ destinationId }) => destinationId)
        .toSorted(),
    ).toEqual([A, B, GONE_BUSY].toSorted());
  });

  test('no more is read of them than is answered', async () => {
    const { pool } = scene.database;
    const counts: number[] = [];
    const counting = {
      ...scene.database,
      pool: {
        connect: async () => {
          const client = await pool.connect();
          return new Proxy(client, {
            get: (target, name) => {
              const value = Reflect.get(target, name);
              if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value;
              return async (...given: unknown[]) => {
                const result = await (target.query as (...all: unknown[]) => Promise<{ rows: unknown[] }>)(
                  ...given,
                );
                counts.push(result.rows?.length ?? 0);
                return result;
              };
            },
          });
        },
      },
    } as unknown as typeof scene.database;
    await createStatsReader(counting).read({ limit: 200 });
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...counts)).toBeLessThanOrEqual(200);
  });
});

test('a range at the end of time is answered', async () => {
  const { until, totals } = await stats({
    since: '9999-12-31T12:00:00Z',
    until: '9999-12-31T23:59:59.999Z',
  });
  expect(until).toBe('9999-12-31T23:59:59.999Z');
  expect(totals.succeeded).toBe(0);
});
