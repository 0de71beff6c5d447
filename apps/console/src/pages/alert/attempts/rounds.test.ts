import { describe, expect, test } from '@jest/globals';
import { roundsOf } from './rounds.ts';

type Attempt = Parameters<typeof roundsOf>[0]['attempts'][number];

const attempt = (round: number, number: number, trigger: Attempt['trigger'] = 'auto') =>
  ({ round, number, trigger }) as Attempt;

describe('attempts', () => {
  test('stand by round, the latest first', () => {
    const attempts = [attempt(1, 1), attempt(1, 2), attempt(2, 1, 'resend')];
    expect(roundsOf({ round: 2, status: 'succeeded', attempts })).toEqual([
      { round: 2, trigger: 'resend', attempts: [attempt(2, 1, 'resend')] },
      { round: 1, trigger: 'auto', attempts: [attempt(1, 2), attempt(1, 1)] },
    ]);
  });

  test('may still be to come in the latest round', () => {
    expect(roundsOf({ round: 2, status: 'pending', attempts: [attempt(1, 1)] })[0]).toEqual({
      round: 2,
      trigger: 'resend',
      attempts: [],
    });
    expect(roundsOf({ round: 1, status: 'pending', attempts: [] })).toEqual([
      { round: 1, trigger: 'auto', attempts: [] },
    ]);
  });

  test('may never have been made', () => {
    expect(roundsOf({ round: 1, status: 'cancelled', attempts: [] })).toEqual([]);
  });
});
