import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { aheadOf, deliveryIdOf, shardOf } from './delivery-row.ts';

test('a delivery’s id follows from alert and destination alone', () => {
  const id = deliveryIdOf('alert-1', '8a14e590-96c5-48b1-bc7e-5025ad979f9e');
  expect(id).toBe(deliveryIdOf('alert-1', '8a14e590-96c5-48b1-bc7e-5025ad979f9e'));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(deliveryIdOf('alert-2', '8a14e590-96c5-48b1-bc7e-5025ad979f9e')).not.toBe(id);
  expect(deliveryIdOf('alert-1', 'b383e752-440f-4454-8bae-1968eda65f9b')).not.toBe(id);
});

test.each([
  '5da0bf86-da51-189e-1101-6ce81f58a4ba',
  'ffffffff-ffff-ffff-ffff-fffffffffffe',
  '00000000-0000-0000-0000-000000000001',
  'AE586CCB-A064-4063-F0E5-69DB4E457420',
])('a destination may have the id %s, which is of no version that RFC 9562 knows', (destinationId) => {
  expect(deliveryIdOf('alert-1', destinationId)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab]/);
});

test('ids are what they were: of an alert that was planned before, no delivery is made twice', () => {
  expect(deliveryIdOf('alert-1', '8a14e590-96c5-48b1-bc7e-5025ad979f9e')).toBe(
    '16d857ce-f6d4-5e8d-b5a4-60930a0ebbcd',
  );
});

test('a shard is one of those there are, and always the same', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1, max: 64 }), (id, shards) => {
      const shard = shardOf(id, shards);
      expect(shard).toBeGreaterThanOrEqual(0);
      expect(shard).toBeLessThan(shards);
      expect(shardOf(id, shards)).toBe(shard);
    }),
  );
});

test('destinations whose ids differ in one digit do not share one shard', () => {
  const ids = Array.from(
    { length: 256 },
    (_, n) => `00000000-0000-4000-8000-0000000000${n.toString(16).padStart(2, '0')}`,
  );
  expect(new Set(ids.map((id) => shardOf(id, 4))).size).toBe(4);
});

describe('what is ahead of a released delivery', () => {
  test.each([
    [
      'says nothing of a first attempt that has waited for a moment',
      { attempts: 0, dueInMs: -4_999 },
      15,
      undefined,
    ],
    ['counts for one that has waited for long', { attempts: 0, dueInMs: -5_000 }, 0, 0],
    ['counts for one with many ahead', { attempts: 0, dueInMs: 0 }, 16, 16],
    ['counts for a retry', { attempts: 1, dueInMs: 0 }, 3, 3],
  ])('%s', (_, row, queued, ahead) => {
    expect(aheadOf(row, queued)).toBe(ahead);
  });
});
