import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { alertInputSchema } from '@tocsin/contract';
import { type AlertAcceptor, createAlertAcceptor } from '../src/accept-alerts.ts';
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
  caller?: string;
}

function acceptorOf(): AlertAcceptor {
  const enqueuer = { enqueue: () => undefined, close: async () => undefined };
  const logTypes = { note: () => undefined };
  return createAlertAcceptor({ database: ingest.database, enqueuer, logTypes });
}

function accept(acceptor: AlertAcceptor, { name, count, bytes, caller = 'a key' }: Call) {
  const items = alertsOf(name, count).map((alert) => {
    const padded = { ...alert, description: 'x'.repeat(Math.floor(bytes / count)) };
    const prepared = prepareAlert(alertInputSchema.parse(padded), 'https://tocsin.example.com');
    return { kind: 'valid' as const, alert: prepared };
  });
  return acceptor.accept(items, caller);
}

/** Accepts all calls at once. @returns for each of them the transactions that stored its alerts */
async function transactionsOf(calls: Call[]): Promise<string[][]> {
  const { direct } = ingest;
  const acceptor = acceptorOf();
  await Promise.all(calls.map((call) => accept(acceptor, call)));
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

  test.each([
    ['2 MiB of several small requests', 1024 * 1024 - 2_000],
    ['8 MiB of several large ones', 4 * 1024 * 1024 - 2_000],
  ])('takes up to some %s, in one transaction', async (_, half) => {
    const [a, b, c] = await transactionsOf([
      { name: 'a', count: 1, bytes: half },
      { name: 'b', count: 1, bytes: half },
      { name: 'c', count: 1, bytes: 10_000 },
    ]);
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  test('of a small request waits for no large one', async () => {
    const { direct } = ingest;
    // Who holds these ids makes the large requests wait for as long as it likes.
    const holder = await direct.pool.connect();
    const acceptor = acceptorOf();
    try {
      await holder.query('BEGIN');
      const large = ['a', 'b', 'c', 'd'].map((name) => ({ name, count: 1, bytes: 3 * 1024 * 1024 }));
      for (const { name } of large) {
        await holder.query('INSERT INTO alert_ids (alert_id, received_day) VALUES ($1, current_date)', [
          alertsOf(name, 1)[0]?.alertId,
        ]);
      }
      let stored = 0;
      const all = large.map((call) => accept(acceptor, call).then(() => (stored += 1)));
      expect(await accept(acceptor, { name: 'small', count: 1, bytes: 100 })).toMatchObject({ accepted: 1 });
      expect(stored).toBe(0);
      await holder.query('ROLLBACK');
      await Promise.all(all);
    } finally {
      holder.release(true);
      await acceptor.close();
    }
  });

  test('of a key that has half of what may wait is refused, and nobody else’s', async () => {
    const { direct } = ingest;
    const holder = await direct.pool.connect();
    const acceptor = acceptorOf();
    try {
      // Postgres is slow: nothing is stored until this ends.
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE alert_ids IN ACCESS EXCLUSIVE MODE');
      const flood = Promise.allSettled(
        Array.from('abcdefghijkl', (name) =>
          accept(acceptor, { name, count: 1_000, bytes: 0, caller: 'greedy' }),
        ),
      );
      const other = accept(acceptor, { name: 'other', count: 1_000, bytes: 0, caller: 'modest' });
      other.catch(() => undefined);
      expect(acceptor.pending()).toBe(11_000);
      await holder.query('ROLLBACK');
      expect(await other).toMatchObject({ accepted: 1_000 });
      expect(
        (await flood).map((call) => (call.status === 'fulfilled' ? 'stored' : call.reason.code)),
      ).toEqual([...Array(10).fill('stored'), ...Array(2).fill('overloaded')]);
    } finally {
      holder.release(true);
      await acceptor.close();
    }
  });
});
