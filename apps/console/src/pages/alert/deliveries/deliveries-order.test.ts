import { describe, expect, test } from '@jest/globals';
import { orderOf, roundsOf, tallyText } from './deliveries-order.ts';

type Delivery = Parameters<typeof orderOf>[0][number];
type Attempt = Delivery['attempts'][number];

const delivery = (id: string, status: Delivery['status']) => ({ id, status }) as Delivery;
const attempt = (round: number, number: number, trigger: Attempt['trigger'] = 'auto') =>
  ({ round, number, trigger }) as Attempt;

describe('deliveries', () => {
  const all = [
    delivery('a', 'succeeded'),
    delivery('b', 'pending'),
    delivery('c', 'failed'),
    delivery('d', 'retrying'),
    delivery('e', 'cancelled'),
    delivery('f', 'failed'),
  ];

  test('stand with the most urgent first', () => {
    expect(orderOf(all, [])).toEqual(['c', 'f', 'd', 'b', 'e', 'a']);
  });

  test('keep their places when their states change', () => {
    expect(orderOf(all, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c', 'f', 'd', 'e']);
  });

  test('are counted by state', () => {
    expect(tallyText(all)).toBe('1 delivered, 1 cancelled, 1 pending, 1 retrying, 2 failed');
    expect(tallyText([])).toBe('');
  });
});

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
