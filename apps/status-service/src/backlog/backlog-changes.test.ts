import { describe, expect, test } from '@jest/globals';
import type { BacklogReason } from '../delivery/backlog-reason.ts';
import { type Backlog, backlogChanges, type KnownBacklog } from './backlog-changes.ts';

const A = { destinationId: 'a', destinationName: 'Alpha' };

const seen = (reason: BacklogReason): Backlog => ({ ...A, reason });
const known = (
  reason: BacklogReason,
  ageMs: number,
  loggedReason: BacklogReason | null = null,
): KnownBacklog => ({
  ...A,
  reason,
  ageMs,
  loggedReason,
});
const NOTHING = { stored: [], endedIds: [], began: [], ended: [] };

describe('a backlog', () => {
  test('is stored when it is first seen, and is not news yet', () => {
    expect(backlogChanges([], [seen('limit')])).toEqual({
      ...NOTHING,
      stored: [{ destinationId: 'a', reason: 'limit', loggedReason: null }],
    });
  });

  test('is news once it has lasted for ten seconds, and only once', () => {
    expect(backlogChanges([known('limit', 9_999)], [seen('limit')])).toEqual(NOTHING);
    expect(backlogChanges([known('limit', 10_000)], [seen('limit')])).toEqual({
      ...NOTHING,
      began: [seen('limit')],
      stored: [{ destinationId: 'a', reason: 'limit', loggedReason: 'limit' }],
    });
    expect(backlogChanges([known('limit', 20_000, 'limit')], [seen('limit')])).toEqual(NOTHING);
  });

  test('is news again when its reason is another one', () => {
    expect(backlogChanges([known('limit', 20_000, 'limit')], [seen('circuit')])).toMatchObject({
      began: [seen('circuit')],
      stored: [{ reason: 'circuit', loggedReason: 'circuit' }],
    });
  });

  test('is no news for queues that take nothing, nor when they take something again', () => {
    expect(backlogChanges([known('paused', 60_000, 'paused')], [seen('queues')])).toEqual({
      ...NOTHING,
      stored: [{ destinationId: 'a', reason: 'queues', loggedReason: 'paused' }],
    });
    expect(backlogChanges([known('queues', 70_000, 'paused')], [seen('paused')])).toEqual({
      ...NOTHING,
      stored: [{ destinationId: 'a', reason: 'paused', loggedReason: 'paused' }],
    });
  });

  test('ends, which is news if it was', () => {
    expect(backlogChanges([known('limit', 5_000)], [])).toEqual({ ...NOTHING, endedIds: ['a'] });
    const logged = known('queues', 60_000, 'rate_limit');
    expect(backlogChanges([logged], [])).toEqual({ ...NOTHING, endedIds: ['a'], ended: [logged] });
  });
});
