import { describe, expect, test } from '@jest/globals';
import { orderOf, tallyText } from './deliveries-order.ts';

type Delivery = Parameters<typeof orderOf>[0][number];

const delivery = (id: string, status: Delivery['status']) => ({ id, status }) as Delivery;

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
    expect(tallyText(all)).toBe('1 succeeded, 1 cancelled, 1 pending, 1 retrying, 2 failed');
    expect(tallyText([])).toBe('');
  });
});
