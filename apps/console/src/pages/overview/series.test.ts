import { describe, expect, test } from '@jest/globals';
import { rangeOf, sinceOf } from './ranges.ts';
import { toSteps } from './series.ts';

const bucket = {
  at: '2026-07-01T12:05:00Z',
  accepted: 3,
  delivered: 7,
  failed: 1,
  failedAttempts: 4,
  delayP50Ms: 12,
  delayP95Ms: null,
  open: null,
  oldestOpenSeconds: 60,
};

describe('steps of the time axis', () => {
  test('have the time alone within a day, and the date beyond it', () => {
    expect(toSteps([bucket], 60, 'Europe/Berlin')[0]?.label).toBe('14:05');
    expect(toSteps([bucket], 2 * 86_400, 'UTC')[0]?.label).toBe('1 Jul, 12:05');
  });

  test('keep what is not known apart from zero', () => {
    expect(toSteps([bucket], 60, 'UTC')[0]).toMatchObject({
      Accepted: 3,
      Failed: 1,
      'Slowest 5 % (p95)': null,
      Open: null,
      Oldest: 60,
    });
  });
});

describe('a range', () => {
  test('begins so many hours ago, to the second', () => {
    expect(sinceOf(rangeOf('1h'), Date.parse('2026-07-01T12:00:00.900Z'))).toBe('2026-07-01T11:00:00.000Z');
  });

  test('of an unknown name is the last 24 hours', () => {
    expect(rangeOf('fortnight').hours).toBe(24);
    expect(rangeOf(null).hours).toBe(24);
  });
});
