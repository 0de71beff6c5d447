import { describe, expect, test } from '@jest/globals';
import { checkedSettings, connectionsNeeded } from './check-settings.ts';
import { createAlertConsumer } from './consumers.ts';
import type { QueueSettings } from './types.ts';

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };
const onRedis: QueueSettings = { backend: { kind: 'redis', url: 'redis://127.0.0.1' }, shards: 8, log };
const onPostgres: QueueSettings = {
  backend: { kind: 'postgres', databaseUrl: 'postgres://127.0.0.1' },
  shards: 1,
  log,
};

describe('settings', () => {
  test('hold a lock for 10 s and look for lost jobs every 2 s, on Postgres for 8 s and every second', () => {
    expect(checkedSettings(onRedis)).toMatchObject({ lockDurationMs: 10_000, stalledIntervalMs: 2_000 });
    expect(checkedSettings(onPostgres)).toMatchObject({ lockDurationMs: 8_000, stalledIntervalMs: 1_000 });
  });

  test.each([{ shards: 0 }, { shards: 1.5 }, { lockDurationMs: 0 }, { stalledIntervalMs: Number.NaN }])(
    'are refused with %j',
    (fields) => {
      const check = () => checkedSettings({ ...onRedis, ...fields });
      expect(check).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
    },
  );

  test('are refused with two shards on Postgres', () => {
    const check = () => checkedSettings({ ...onPostgres, shards: 2 });
    expect(check).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
  });
});

test.each([0, 1.5, Number.NaN])('a concurrency of %d is refused', (concurrency) => {
  const consume = () =>
    createAlertConsumer(onRedis, { alertsAtOnce: concurrency, process: async () => ({ kind: 'done' }) });
  expect(consume).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
});

describe('connections to Postgres', () => {
  test('are two per producer and per board, and three per worker', () => {
    expect(connectionsNeeded(onPostgres)).toBe(10);
    expect(
      connectionsNeeded(onPostgres, { producers: 3, alertConsumers: 0, deliveryConsumers: 2, boards: 0 }),
    ).toBe(12);
  });

  test('are none with queues on Redis', () => {
    expect(connectionsNeeded(onRedis)).toBe(0);
  });
});
