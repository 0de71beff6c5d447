import { expect, test } from '@jest/globals';
import { alertInputSchema } from '@tocsin/contract';
import { noticeAlert } from './notice-alert.ts';

const destination = (n: number) => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  displayName: `receiver ${n}`,
  count: n,
  lastError: 'http_status: answered 500',
});
const alertOf = (count: number) =>
  alertInputSchema.parse(
    noticeAlert({
      id: 'x1',
      createdAt: '2026-07-01T00:00:00.000Z',
      destinations: Array.from({ length: count }, (_, n) => destination(n + 1)),
    }),
  );

test('a notice about one destination says which, how many and why', () => {
  expect(alertOf(1)).toMatchObject({
    alertId: 'tocsin.x1',
    type: 'SYSTEM_ERROR',
    title: '1 delivery to “receiver 1” failed',
    description: expect.stringContaining(
      '“receiver 1” (00000000-0000-4000-8000-000000000001): 1 delivery, last error http_status: answered 500',
    ),
  });
});

test('a notice names twenty destinations, and of the others the number', () => {
  const { title, description } = alertOf(45);
  expect(title).toBe('1035 deliveries to 45 destinations failed');
  const lines = String(description)
    .split('\n')
    .filter((line) => line.startsWith('- '));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe('- and 25 more destinations');
  expect(alertOf(20).description).not.toContain('more destinations');
});
