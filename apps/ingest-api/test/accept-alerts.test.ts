import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '@tocsin/service';
import { type AcceptDeps, type AlertAcceptor, createAlertAcceptor } from '../src/accept-alerts.ts';
import { createLargeBodies } from '../src/large-bodies.ts';
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
  /** Of each alert's description. */
  bytes?: number;
  caller?: string;
}

const publicUrl = 'https://tocsin.example.com';

const noLargeBodies = { take: () => Promise.reject(new Error('none of these is large')) };

function acceptorOf(largeBodies: AcceptDeps['largeBodies'] = noLargeBodies): AlertAcceptor {
  const deps = {
    ...{ database: ingest.database, largeBodies },
    enqueuer: { enqueue: () => undefined },
    logTypes: { note: () => undefined },
    testAlerts: { record: async () => undefined },
  };
  return createAlertAcceptor(deps, { publicUrl });
}

function accept(acceptor: AlertAcceptor, { name, count, bytes = 0, caller = 'a key' }: Call) {
  const alerts = alertsOf(name, count).map((alert) => ({ ...alert, description: 'x'.repeat(bytes) }));
  return acceptor.accept(
    { bytes: Buffer.from(JSON.stringify(alerts)), isGzip: false, contentType: 'application/json' },
    { sender: { keyId: caller, keyName: caller } },
  );
}

/** Accepts all calls at once. @returns for each of them the transactions that stored its alerts */
async function transactionsOf(calls: Call[]): Promise<string[][]> {
  const acceptor = acceptorOf();
  await Promise.all(calls.map((call) => accept(acceptor, call)));
  await acceptor.close();
  const { rows } = await ingest.direct.pool.query<{ name: string; transaction: string }>(
    `SELECT DISTINCT split_part(alert_id, '-', 1) AS name, xmin::text AS transaction FROM alerts ORDER BY 1, 2`,
  );
  return calls.map(({ name }) => rows.filter((row) => row.name === name).map((row) => row.transaction));
}

const named = (count: number, call: Omit<Call, 'name'>): Call[] =>
  Array.from({ length: count }, (_, n) => ({ ...call, name: `n${n}` }));

describe('an insert', () => {
  test('holds whole requests, so that none is stored in part', async () => {
    const transactions = await transactionsOf(named(9, { count: 115 }));
    expect(transactions.map((own) => own.length)).toEqual(Array(9).fill(1));
    // What fits shares one: eight requests of 115 alerts.
    expect(new Set(transactions.slice(0, 8).flat()).size).toBe(1);
    expect(new Set(transactions.flat()).size).toBe(2);
  });

  test('takes up to some 2 MiB of several requests, in one transaction', async () => {
    const transactions = await transactionsOf(named(140, { count: 1, bytes: 16_000 }));
    expect(new Set(transactions.slice(0, 120).flat()).size).toBe(1);
    expect(new Set(transactions.flat()).size).toBe(2);
  });

  test('of a small request waits for no large one', async () => {
    // Who holds these ids makes the large requests wait for as long as it likes.
    const holder = await ingest.direct.pool.connect();
    const log = createLogger({ level: 'silent', service: 'ingest-api' });
    const largeBodies = createLargeBodies({ databaseUrl: ingest.proxy.url, publicUrl, log });
    const acceptor = acceptorOf(largeBodies);
    try {
      await holder.query('BEGIN');
      const large = ['a', 'b', 'c', 'd'].map((name) => ({ name, count: 20, bytes: 200_000 }));
      for (const { name } of large) {
        await holder.query('INSERT INTO alert_ids (alert_id, received_day) VALUES ($1, current_date)', [
          alertsOf(name, 1)[0]?.alertId,
        ]);
      }
      let stored = 0;
      const all = large.map((call) => accept(acceptor, call).then(() => (stored += 1)));
      expect(await accept(acceptor, { name: 'small', count: 1, bytes: 100 })).toMatchObject({ accepted: 1 });
      expect(stored).toBe(0);
      expect(largeBodies.pending()).toBe(4);
      await holder.query('ROLLBACK');
      await Promise.all(all);
    } finally {
      holder.release(true);
      await acceptor.close();
      await largeBodies.close();
    }
  });

  test('of two large requests with the same alerts ends also where both give way to small ones', async () => {
    const log = createLogger({ level: 'silent', service: 'ingest-api' });
    const largeBodies = createLargeBodies({ databaseUrl: ingest.proxy.url, publicUrl, log });
    const acceptor = acceptorOf(largeBodies);
    try {
      await accept(acceptor, { name: 'small', count: 1 });
      const same = { name: 'same', count: 40, bytes: 200_000 };
      const answers = await Promise.all([
        accept(acceptor, { ...same, caller: 'a key' }),
        accept(acceptor, { ...same, caller: 'another key' }),
      ]);
      expect(answers.map(({ accepted, duplicates }) => `${accepted}, ${duplicates}`).toSorted()).toEqual([
        ...['0, 40', '40, 0'],
      ]);
    } finally {
      await acceptor.close();
      await largeBodies.close();
    }
  });

  test('of a key that has half of what may wait is refused, and nobody else’s', async () => {
    const holder = await ingest.direct.pool.connect();
    const acceptor = acceptorOf();
    try {
      // Postgres is slow: nothing is stored until this ends.
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE alert_ids IN ACCESS EXCLUSIVE MODE');
      const flood = Promise.allSettled(
        named(102, { count: 100, caller: 'greedy' }).map((call) => accept(acceptor, call)),
      );
      const other = accept(acceptor, { name: 'other', count: 100, caller: 'modest' });
      other.catch(() => undefined);
      expect(acceptor.pending()).toBe(10_100);
      await holder.query('ROLLBACK');
      expect(await other).toMatchObject({ accepted: 100 });
      expect(
        (await flood).map((call) => (call.status === 'fulfilled' ? 'stored' : call.reason.code)),
      ).toEqual([...Array(100).fill('stored'), ...Array(2).fill('overloaded')]);
    } finally {
      holder.release(true);
      await acceptor.close();
    }
  });

  test('that Postgres refuses for one of its requests is made without that one', async () => {
    const acceptor = acceptorOf();
    await ingest.direct.pool.query(`ALTER TABLE alerts ADD CHECK (alert_id !~ '^bad-') NOT VALID`);
    const calls = ['a', 'bad', 'b', 'c', 'd'].map((name) => accept(acceptor, { name, count: 3 }));
    expect((await Promise.allSettled(calls)).map((call) => call.status === 'fulfilled')).toEqual([
      ...[true, false, true, true, true],
    ]);
    await acceptor.close();
    const { rows } = await ingest.direct.pool.query('SELECT count(*)::int AS stored FROM alert_ids');
    expect(rows).toEqual([{ stored: 12 }]);
  });
});
