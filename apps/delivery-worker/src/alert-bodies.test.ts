import { describe, expect, test } from '@jest/globals';
import { databaseAnswering } from '../test/sample.ts';
import { createAlertBodies } from './alert-bodies.ts';

const PAYLOAD = '{"id":"x","version":null}';
const key = (alertId: string) => ({ day: '2026-07-01', alertId });

/** A database that keeps these alerts; the second parameter of a query names those that are asked for. */
function keeping(alerts: Record<string, { payload: string; context: string | null }>) {
  return databaseAnswering(([, ids]) =>
    (ids as string[]).flatMap((alertId) =>
      alerts[alertId] === undefined ? [] : [{ alertId, ...alerts[alertId] }],
    ),
  );
}

describe('the bodies of alerts', () => {
  test('are fetched once for a whole fan-out, together with those of other alerts', async () => {
    const database = keeping({
      a: { payload: PAYLOAD, context: null },
      b: { payload: PAYLOAD, context: null },
    });
    const bodies = createAlertBodies(database);
    const wanted = ['a', 'a', 'b', 'a'].map((id) => bodies.get(key(id), false));
    expect((await Promise.all(wanted)).map(String)).toEqual(Array(4).fill(PAYLOAD));
    await bodies.get(key('b'), false);
    expect(database.queries).toEqual([[['2026-07-01'], ['a', 'b']]]);
  });

  test('hold the context only where it is asked for', async () => {
    const bodies = createAlertBodies(keeping({ a: { payload: PAYLOAD, context: '{"k":1}' } }));
    expect(JSON.parse(String(await bodies.get(key('a'), true)))).toEqual({
      id: 'x',
      version: null,
      alertContext: { k: 1 },
    });
    expect(String(await bodies.get(key('a'), false))).toBe(PAYLOAD);
  });

  test.each([1, 850, 3_000])('of %i characters keep no more memory than they have bytes', async (length) => {
    const payload = JSON.stringify({ title: 'é'.repeat(length) });
    const bodies = createAlertBodies(keeping({ a: { payload, context: null } }));
    const body = (await bodies.get(key('a'), false)) as Buffer;
    expect(String(body)).toBe(payload);
    expect(body.buffer.byteLength).toBe(Buffer.byteLength(payload));
  });

  test('are read some at a time, since each may be large', async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `alert-${n}`);
    const database = keeping(Object.fromEntries(ids.map((id) => [id, { payload: PAYLOAD, context: null }])));
    const bodies = createAlertBodies(database);
    await Promise.all(ids.map((id) => bodies.get(key(id), false)));
    const sizes = database.queries.map(([, asked]) => (asked as string[]).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(40);
  });

  test('that are not there are asked for again the next time', async () => {
    const alerts: Parameters<typeof keeping>[0] = {};
    const bodies = createAlertBodies(keeping(alerts));
    expect(await bodies.get(key('a'), false)).toBeNull();
    alerts.a = { payload: PAYLOAD, context: null };
    expect(String(await bodies.get(key('a'), false))).toBe(PAYLOAD);
  });

  test('that could not be read are asked for again the next time', async () => {
    let isUnavailable = true;
    const bodies = createAlertBodies(
      databaseAnswering(() => {
        if (isUnavailable) throw new Error('unavailable');
        return [{ alertId: 'a', payload: PAYLOAD, context: null }];
      }),
    );
    await expect(bodies.get(key('a'), false)).rejects.toThrow('unavailable');
    isUnavailable = false;
    expect(String(await bodies.get(key('a'), false))).toBe(PAYLOAD);
  });

  test('that Postgres cannot even be asked for keep no others from being read', async () => {
    const bodies = createAlertBodies(
      databaseAnswering(([days, ids]) => {
        if ((days as string[]).includes('2026-02-30'))
          throw Object.assign(new Error('no day'), { code: '22008' });
        return (ids as string[]).map((alertId) => ({ alertId, payload: PAYLOAD, context: null }));
      }),
    );
    const bad = bodies.get({ day: '2026-02-30', alertId: 'bad' }, false).catch(({ code }) => code);
    expect(String(await bodies.get(key('a'), false))).toBe(PAYLOAD);
    expect(await bad).toBe('22008');
  });
});
