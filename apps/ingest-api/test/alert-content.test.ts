import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '@tocsin/service';
import { waitFor } from '@tocsin/testkit';
import { createTestAlertRecorder } from '../src/record-test-alerts.ts';
import { type Ingest, startIngest } from './ingest.ts';
import { alertOf, alertsOf } from './sample.ts';

let ingest: Ingest;
beforeEach(async () => {
  ingest = await startIngest();
});
afterEach(() => ingest.close());

const audited = async () =>
  (
    await ingest.direct.pool.query(
      `SELECT actor, subject, detail FROM audit_log WHERE action = 'alert.test_received' ORDER BY id`,
    )
  ).rows;

const resultsOf = async (alerts: unknown) =>
  (await ingest.post(alerts)).body.results.map(({ status, differs }: { status: string; differs?: true }) =>
    differs === undefined ? status : [status, differs],
  );

describe('an alertId that comes again', () => {
  test('is a duplicate, and differs where its content is not the same, also in one request', async () => {
    const other = { ...alertOf('a'), title: 'Two' };
    expect(await resultsOf([alertOf('a'), alertOf('a'), other])).toEqual([
      'accepted',
      'duplicate',
      ['duplicate', true],
    ]);
    expect(await resultsOf([other, { ...alertOf('a'), name: null, tags: [], condition: 'firing' }])).toEqual([
      ['duplicate', true],
      'duplicate',
    ]);
  });

  test('is not said to differ from an alert of an earlier version', async () => {
    await ingest.post(alertOf('a'));
    await ingest.direct.pool.query('UPDATE alert_ids SET content_hash = NULL');
    expect(await resultsOf([{ ...alertOf('a'), title: 'Two' }])).toEqual(['duplicate']);
  });

  test('in requests that come at once is accepted once, and the others differ from that one', async () => {
    const titles = Array.from({ length: 8 }, (_, n) => `title ${n % 2}`);
    const results = await Promise.all(titles.map((title) => resultsOf([{ ...alertOf('a'), title }])));
    const flat = results.flat();
    expect(flat.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(flat.filter((result) => result === 'duplicate')).toHaveLength(3);
    expect(flat.filter((result) => Array.isArray(result))).toHaveLength(4);
  });
});

describe('what is stored', () => {
  test('is the context as it was written, the key as it came, the condition', async () => {
    const context = '{ "n":18446744073709551615,"r":1e999, "a":1,"a":2,"s":"\\u0000\\ud800é" }';
    const text = (alertId: string, alertContext: string) =>
      `{"alertContext":${alertContext},"dedupKey":"k\\u0000","condition":"resolved",${JSON.stringify(alertOf(alertId)).slice(1)}`;
    const { status } = await ingest.postText(
      `[${text('object', context)},${text('text', JSON.stringify(context))}]`,
    );
    expect(status).toBe(202);
    await ingest.post(alertOf('without'));
    const { rows } = await ingest.direct.pool.query(
      'SELECT alert_id, context, dedup_key, condition FROM alerts ORDER BY 1',
    );
    expect(rows).toEqual([
      { alert_id: 'object', context, dedup_key: '"k\\u0000"', condition: 'resolved' },
      { alert_id: 'text', context, dedup_key: '"k\\u0000"', condition: 'resolved' },
      { alert_id: 'without', context: null, dedup_key: null, condition: 'firing' },
    ]);
  });

  test('of a request that takes several statements is stored in one transaction', async () => {
    const alerts = alertsOf('large', 40).map((alert) => ({ ...alert, description: 'x'.repeat(250_000) }));
    // Ten megabytes take a busy machine longer than ingest waits for Postgres; a producer sends them again then.
    const answer = await waitFor(async () => {
      const one = await ingest.post(alerts);
      return one.body.code === 'unavailable' ? null : one;
    });
    expect(answer.body).toMatchObject({ accepted: 40 });
    const { rows } = await ingest.direct.pool.query('SELECT DISTINCT xmin::text FROM alerts');
    expect(rows).toHaveLength(1);
    expect(await ingest.stored()).toHaveLength(40);
    expect((await ingest.post(alerts.toReversed())).body).toMatchObject({ duplicates: 40 });
  });
});

/** Intervals that end when a test says so, the oldest first. */
function createIntervals() {
  const open: (() => void)[] = [];
  return {
    startInterval: (over: () => void) => {
      open.push(over);
      return undefined;
    },
    endOldest: () => open.shift()?.(),
  };
}

describe('Test.Alert', () => {
  test('is a test: in the audit log, neither stored nor routed, beside others too', async () => {
    const lone = await ingest.post(alertOf('Test.Alert'));
    expect(lone).toMatchObject({ status: 202, body: { accepted: 0, duplicates: 0, rejected: 0 } });
    expect(lone.body.results).toEqual([{ index: 0, alertId: 'Test.Alert', status: 'test' }]);
    expect(
      await resultsOf([alertOf('a'), alertOf('Test.Alert'), { ...alertOf('Test.Alert'), severity: 1 }]),
    ).toEqual(['accepted', 'test', 'rejected']);
    expect(await ingest.stored()).toEqual(['a']);
    expect(await audited()).toEqual([
      { actor: expect.stringContaining('producer'), subject: 'alert/Test.Alert', detail: { alerts: 1 } },
    ]);
  });

  test('that come in masses make one entry in an interval, and each is counted in one', async () => {
    const log = createLogger({ level: 'silent', service: 'test' });
    const { startInterval, endOldest } = createIntervals();
    const recorder = createTestAlertRecorder({ database: ingest.database, log }, { startInterval });
    const sender = { keyId: 'k', keyName: 'one' };
    await Promise.all(Array.from({ length: 100 }, () => recorder.record(sender, 3)));
    await recorder.record({ keyId: 'other', keyName: 'two' }, 1);
    const counts = async () => (await audited()).map(({ detail }) => detail.alerts);
    expect(await counts()).toEqual([3, 1]);
    endOldest();
    await waitFor(async () => (await counts()).length === 3);
    expect(await counts()).toEqual([3, 1, 297]);
    await recorder.record(sender, 5);
    await recorder.close();
    expect(await counts()).toEqual([3, 1, 297, 5]);
  });

  test('that could not be written are counted on, and are in the entry after it', async () => {
    const log = createLogger({ level: 'silent', service: 'test' });
    let writes = 0;
    const query = async (...parameters: Parameters<typeof ingest.database.pool.query>) => {
      writes += 1;
      if (writes === 2 || writes === 3) throw new Error('the disk is full');
      return ingest.database.pool.query(...parameters);
    };
    const database = { ...ingest.database, pool: { query } } as unknown as typeof ingest.database;
    const { startInterval, endOldest } = createIntervals();
    const recorder = createTestAlertRecorder({ database, log }, { startInterval });
    const sender = { keyId: 'k', keyName: 'one' };
    for (const alerts of [3, 20, 100]) await recorder.record(sender, alerts);
    await waitFor(async () => {
      endOldest();
      return (await audited()).length === 2;
    });
    await recorder.close();
    expect((await audited()).map(({ detail }) => detail.alerts)).toEqual([3, 120]);
    expect(writes).toBe(4);
  });
});

describe('ids that are reserved', () => {
  test('are refused from outside, alone and beside others', async () => {
    expect(await ingest.post(alertOf('tocsin.x'))).toMatchObject({
      status: 400,
      body: { code: 'reserved_id' },
    });
    const { body } = await ingest.post([alertOf('a'), alertOf('tocsin.x')]);
    expect(body.results[1]).toMatchObject({
      alertId: 'tocsin.x',
      status: 'rejected',
      error: { code: 'reserved_id' },
    });
    expect(await ingest.stored()).toEqual(['a']);
  });

  test('are taken from Tocsin itself, however much it has to say', async () => {
    await ingest.service.acceptSystemAlert(alertOf('tocsin.x'));
    await ingest.service.acceptSystemAlert({ ...alertOf('tocsin.y'), description: 'x'.repeat(100_000) });
    expect(await ingest.stored()).toEqual(['tocsin.x', 'tocsin.y']);
  });
});

test('a thousand alerts that are all wrong have a bounded number of faults told', async () => {
  const wrong = { tags: Array(200).fill(1), severity: 'x' };
  const { status, body } = await ingest.post([alertOf('a'), ...Array(999).fill(wrong)]);
  expect([status, body.accepted, body.rejected]).toEqual([202, 1, 999]);
  const faults = body.results
    .slice(1)
    .map(({ error }: { error: { errors: unknown[] } }) => error.errors.length);
  expect(faults[0]).toBe(20);
  expect(faults.at(-1)).toBe(1);
  expect(faults.reduce((sum: number, count: number) => sum + count, 0)).toBeLessThan(1_200);
});
