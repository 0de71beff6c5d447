import { expect, test } from '@jest/globals';
import { assertFitRedis, leavesRoom, parseRedisFacts } from './redis-facts.ts';

const INFO =
  '# Memory\r\nused_memory:900\r\nused_memory_human:900B\r\nmaxmemory:1000\r\nmaxmemory_policy:noeviction\r\n';

test('memory and policy are read from INFO', () => {
  expect(parseRedisFacts(INFO)).toEqual({
    usedBytes: 900,
    maxBytes: 1_000,
    policy: 'noeviction',
    isCluster: false,
  });
  expect(parseRedisFacts(`${INFO}# Cluster\r\ncluster_enabled:1\r\n`)).toMatchObject({ isCluster: true });
});

test.each(['', 'used_memory:1\r\nmaxmemory:2', INFO.replace('used_memory:900', 'used_memory:')])(
  'INFO without them is refused: %j',
  (info) => {
    expect(() => parseRedisFacts(info)).toThrow(expect.objectContaining({ code: 'queue_unavailable' }));
  },
);

test.each([
  [799, 1_000, true],
  [800, 1_000, false],
  [5_000, 1_000, false],
  [5_000, 0, true],
])('%d bytes of %d leave room: %s', (usedBytes, maxBytes, room) => {
  expect(leavesRoom({ usedBytes, maxBytes, policy: 'noeviction', isCluster: false })).toBe(room);
});

test.each(['allkeys-lru', 'volatile-ttl', 'allkeys-random'])(
  'a Redis that evicts by %s is refused',
  (policy) => {
    const check = () => assertFitRedis({ usedBytes: 1, maxBytes: 0, policy, isCluster: false });
    expect(check).toThrow(expect.objectContaining({ code: 'wrong_eviction_policy' }));
  },
);

test('a Redis in cluster mode is refused', () => {
  const check = () => assertFitRedis({ usedBytes: 1, maxBytes: 0, policy: 'noeviction', isCluster: true });
  expect(check).toThrow(expect.objectContaining({ code: 'cluster_mode' }));
});
