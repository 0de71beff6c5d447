import { expect, test } from '@jest/globals';
import pino from 'pino';
import type { EndedDelivery } from './commit/ledger.ts';
import { logEnded } from './log-ended.ts';

test('deliveries that were cancelled are one line for each destination', () => {
  const lines: object[] = [];
  const to = (destinationId: string) =>
    ({
      row: { destinationId, status: 'cancelled' },
      destinationName: `receiver ${destinationId}`,
      reason: 'cancelled',
    }) as EndedDelivery;
  logEnded(pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }), [
    to('a'),
    to('b'),
    to('a'),
  ]);
  const msg = 'deliveries cancelled: their destination was deleted';
  expect(lines).toMatchObject([
    { msg, destinationId: 'a', destinationName: 'receiver a', deliveries: 2 },
    { msg, destinationId: 'b', destinationName: 'receiver b', deliveries: 1 },
  ]);
});
