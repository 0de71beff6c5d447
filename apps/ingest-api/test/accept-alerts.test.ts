import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { alertInputSchema } from '@tocsin/contract';
import { createAlertAcceptor } from '../src/accept-alerts.ts';
import { prepareAlert } from '../src/prepare-alert.ts';
import { type Ingest, startIngest } from './ingest.ts';
import { alertsOf } from './sample.ts';

let ingest: Ingest;
beforeEach(async () => {
  ingest = await startIngest();
});
afterEach(() => ingest.close());

interface Call {
  name: string;
  count: number;
  bytes: number;
}

/** Accepts all calls at once. @returns for each of them the transactions that stored its alerts */
async function transactionsOf(calls: Call[]): Promise<string[][]> {
  const enqueuer = { enqueue: () => undefined, close: async () => undefined };
  const logTypes = { note: () => undefined };
  const { database, direct } = ingest;
  const acceptor = createAlertAcceptor({ database, enqueuer, logTypes });
  const accept = ({ name, count, bytes }: Call) =>
    acceptor.accept(
      alertsOf(name, count).map((alert) => {
        const padded = { ...alert, description: 'x'.repeat(Math.floor(bytes / count)) };
        return {
          kind: 'valid',
          alert: prepareAlert(alertInputSchema.parse(padded), 'https://tocsin.example.com'),
        };
      }),
    );
  await Promise.all(calls.map(accept));
  await acceptor.close();
  const { rows } = await direct.pool.query<{ name: string; transaction: string }>(
    `SELECT DISTINCT split_part(alert_id, '-', 1) AS name, xmin::text AS transaction FROM alerts ORDER BY 1, 2`,
  );
  return calls.map(({ name }) => rows.filter((row) => row.name === name).map((row) => row.transaction));
}

describe('an insert', () => {
  test('holds whole requests, so that none is stored in part', async () => {
    const full = ['a', 'b', 'c', 'd'].map((name) => ({ name, count: 700, bytes: 0 }));
    const transactions = await transactionsOf([...full, { name: 'e', count: 300, bytes: 0 }]);
    expect(transactions.map((own) => own.length)).toEqual([1, 1, 1, 1, 1]);
    // What fits shares one.
    expect(transactions[4]).toEqual(transactions[3]);
  });

  test('takes up to some 8 MiB of several requests, in one transaction', async () => {
    const half = 4 * 1024 * 1024 - 2_000;
    const [a, b, c] = await transactionsOf([
      { name: 'a', count: 1, bytes: half },
      { name: 'b', count: 1, bytes: half },
      { name: 'c', count: 1, bytes: 10_000 },
    ]);
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });
});
