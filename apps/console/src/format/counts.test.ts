import { expect, test } from '@jest/globals';
import { counted, countText } from './counts.ts';

test('counts are grouped', () => expect(countText(1_133)).toBe('1,133'));

test('one is one, and more are more', () => {
  expect([counted(1, 'alert'), counted(0, 'alert'), counted(1_133, 'delivery', 'deliveries')]).toEqual([
    '1 alert',
    '0 alerts',
    '1,133 deliveries',
  ]);
});
