import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '@tocsin/service';
import { waitFor } from '@tocsin/testkit';
import { createLargeBodies, type LargeBodies, type LargeBodyRequest } from '../src/large-bodies.ts';
import type { TakenAlerts } from '../src/take-alerts.ts';
import { type Ingest, startIngest } from './ingest.ts';
import { alertOf, alertsOf } from './sample.ts';

const publicUrl = 'https://tocsin.example.com';
const JSON_TYPE = 'application/json';

describe('POST /v1/alerts with a large body', () => {
  let ingest: Ingest;
  beforeEach(async () => {
    ingest = await startIngest();
  });
  afterEach(() => ingest.close());

  test('stores, queues and answers as with a small one', async () => {
    const alerts = alertsOf('large', 1_000);
    const { status, body } = await ingest.post([...alerts.slice(0, 998), alertOf('Test.Alert'), { id: 1 }]);
    expect([status, body.accepted, body.rejected]).toEqual([202, 998, 1]);
    expect(body.results.slice(-2)).toMatchObject([{ status: 'test' }, { status: 'rejected' }]);
    expect(await ingest.stored()).toHaveLength(998);
    await waitFor(() => ingest.jobs.flatMap((job) => job.alerts).length === 998);
    const { rows } = await ingest.direct.pool.query(
      "SELECT detail FROM audit_log WHERE action = 'alert.test_received'",
    );
    expect(rows).toEqual([{ detail: { alerts: 1 } }]);
    const again = await ingest.post(alerts.slice(0, 998));
    expect([again.status, again.body.duplicates]).toEqual([202, 998]);
  });

  test('or a compressed one is refused with the same words', async () => {
    const wrong = JSON.stringify(Array(400).fill({ ...alertOf('a'), severity: 'x'.repeat(50) }));
    const large = await ingest.postText(wrong);
    expect(large).toMatchObject({ status: 400, body: { code: 'invalid_alert' } });
    expect(large.body.errors).toHaveLength(20);
    expect(large.body.detail).toMatch(
      /^None of the 400 alerts is valid\. The first: [^.]+\. Only the first 20 faults[^.]+\.$/,
    );
    const small = await ingest.postText('{"id"');
    expect(await ingest.postText('{"id"', { compress: true })).toMatchObject({
      status: 400,
      body: small.body,
    });
  });

  test('503 with the reason while the database is unavailable, and as before once it is back', async () => {
    const body = alertsOf('away', 200);
    await ingest.post(alertsOf('before', 200));
    await ingest.proxy.refuse();
    const answers: unknown[] = [];
    await waitFor(async () => {
      const { status, body: problem } = await ingest.post(body);
      answers.push([status, problem.code]);
      return problem.code === 'unavailable';
    });
    // What was sent before the thread knew that its connection had broken may have been stored.
    expect(answers).toEqual([...answers.slice(1).map(() => [503, 'outcome_unknown']), [503, 'unavailable']]);
    await ingest.proxy.pass();
    await waitFor(async () => (await ingest.post(body)).status === 202);
    expect(await ingest.stored()).toHaveLength(400);
  });

  test('503 once Postgres has fallen silent; what was given up holds nothing, and the key may send again', async () => {
    const body = alertsOf('silence', 200);
    const release = await ingest.holdInserts();
    const sent = ingest.post(body);
    await ingest.heldInserts(1, 'tocsin ingest-api large bodies');
    await ingest.proxy.hang();
    expect(await sent).toMatchObject({ status: 503, body: { code: 'outcome_unknown' } });
    await release();
    await ingest.proxy.pass();
    await waitFor(async () => (await ingest.post(body)).status === 202);
    expect(await ingest.stored()).toHaveLength(200);
  });
});

const requestOf = (caller: string): LargeBodyRequest => ({
  ...{ caller, isOwn: false, isBeside: () => false, lookedAt: () => undefined },
});

describe('the thread for large bodies', () => {
  let bodies: LargeBodies;
  const lines: { msg: string }[] = [];
  let started = 0;
  const log = createLogger({
    level: 'info',
    service: 'ingest-api',
    destination: { write: (line: string) => lines.push(JSON.parse(line)) },
  });
  const open = (script: string) => {
    bodies = createLargeBodies({
      ...{ databaseUrl: 'postgres://nowhere', publicUrl, log },
      startThread: () => {
        started += 1;
        return new Worker(`const { parentPort } = require('node:worker_threads'); ${script}`, { eval: true });
      },
    });
    return bodies;
  };
  beforeEach(() => {
    started = 0;
    lines.length = 0;
  });
  afterEach(() => bodies.close());

  const take = (text: string, caller = 'a key'): Promise<TakenAlerts> => {
    const body = { bytes: Buffer.from(text), isGzip: false, contentType: JSON_TYPE };
    return bodies.take(body, requestOf(caller));
  };
  /** Answers each body with what it holds. */
  const ANSWER = `const text = Buffer.from(message.bytes).toString();
    parentPort.postMessage({ id: message.id, lookedAt: 0, kind: 'taken', taken: { summary: text } });`;
  const CLOSE = `if (message === 'close') return parentPort.close();`;

  test('begins with the first body, and another begins after it has failed; what it had is unknown', async () => {
    open(`parentPort.on('message', (message) => {
      ${CLOSE} if (Buffer.from(message.bytes).toString() === 'bad') throw new Error('broken'); ${ANSWER}
    });`);
    expect(started).toBe(0);
    expect(await take('good')).toEqual({ summary: 'good' });
    const lost = await Promise.allSettled([take('bad'), take('beside it', 'another key')]);
    expect(lost).toMatchObject(
      Array(2).fill({ status: 'rejected', reason: { code: 'outcome_unknown', status: 503 } }),
    );
    expect(lines).toMatchObject([{ msg: 'the thread for large bodies failed' }]);
    expect(await take('good')).toEqual({ summary: 'good' });
    expect(started).toBe(2);
  });

  test('takes two at once, a body of each key in turn, and refuses a key of whom two hundred wait', async () => {
    open(`const held = [];
      parentPort.on('message', (message) => {
        ${CLOSE} held.push(message);
        const isGo = Buffer.from(message.bytes).toString() === 'go';
        if (isGo || started) for (const message of held.splice(0)) { ${ANSWER} }
        started ||= isGo;
      });
      let started = false;`);
    const order: string[] = [];
    const note = (name: string) => (taken: TakenAlerts) => order.push(`${name} ${taken.summary}`);
    const first = take('first', 'greedy');
    const many = Array.from({ length: 199 }, (_, n) => take(`${n}`, 'greedy').then(note('greedy')));
    const modest = take('go', 'modest').then(note('modest'));
    await expect(take('too much', 'greedy')).rejects.toMatchObject({ code: 'overloaded', status: 503 });
    expect(bodies.pending()).toBe(201);
    await Promise.all([first, ...many, modest]);
    expect(order.indexOf('modest go')).toBeLessThan(3);
  });

  test('is given bytes of its own: those beside them stay where they are', async () => {
    open(`parentPort.on('message', (message) => { ${CLOSE} ${ANSWER} });`);
    const shared = Buffer.from('beside, inside, beside');
    const body = { bytes: shared.subarray(8, 14), isGzip: false, contentType: JSON_TYPE };
    expect(await bodies.take(body, requestOf('a key'))).toEqual({ summary: 'inside' });
    expect(shared.toString()).toBe('beside, inside, beside');
  });
});

test('what came out of gzip is counted, of a body that is taken and of one that is refused', async () => {
  const ingest = await startIngest();
  const log = createLogger({ level: 'silent', service: 'ingest-api' });
  const bodies = createLargeBodies({ databaseUrl: ingest.proxy.url, publicUrl, log });
  const counts: number[] = [];
  const take = (text: string) =>
    bodies.take(
      { bytes: gzipSync(text), isGzip: true, contentType: JSON_TYPE },
      { ...requestOf('a key'), lookedAt: (bytes) => counts.push(bytes) },
    );
  try {
    const valid = JSON.stringify(alertsOf('counted', 3));
    await take(valid);
    const tooMany = JSON.stringify(Array.from({ length: 5_000 }, Math.random));
    await expect(take(tooMany)).rejects.toMatchObject({ code: 'too_many_alerts' });
    expect(counts).toEqual([valid.length, tooMany.length]);
  } finally {
    await bodies.close();
    await ingest.close();
  }
});
