import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import { type Ingest, startIngest } from './ingest.ts';
import { alertOf, alertsOf } from './sample.ts';

let ingest: Ingest;
beforeEach(async () => {
  ingest = await startIngest();
});
afterEach(() => ingest.close());

describe('POST /v1/alerts', () => {
  test('202: what was accepted is stored, in the outbox and queued; a second time it is a duplicate', async () => {
    const alerts = [alertOf('a'), alertOf('b'), alertOf('a')];
    const first = await ingest.post(alerts);
    expect(first).toMatchObject({ status: 202, body: { accepted: 2, duplicates: 1, rejected: 0 } });
    const statuses = first.body.results.map(({ status }: { status: string }) => status);
    expect(statuses).toEqual(['accepted', 'accepted', 'duplicate']);
    expect(await ingest.stored()).toEqual(['a', 'b']);
    expect(await ingest.post(alerts)).toMatchObject({ status: 202, body: { accepted: 0, duplicates: 3 } });
    await waitFor(() => ingest.jobs.length > 0);
    expect(ingest.jobs.flatMap((job) => job.alerts.map(({ id }) => id))).toEqual(['a', 'b']);
  });

  test('202 and 400: where there may be more faults than are listed, the answer says so', async () => {
    const bad = { ...alertOf('bad'), tags: Array(30).fill(1) };
    const { body } = await ingest.post([alertOf('a'), bad]);
    expect(body.results[1].error.errors).toHaveLength(20);
    expect(body.results[1].error.message).toMatch(
      /; only the first 20 faults are listed, there may be more$/,
    );
    for (const refused of [bad, Array(30).fill({ ...bad, tags: [1] })])
      expect(await ingest.post(refused)).toMatchObject({
        status: 400,
        body: {
          detail: expect.stringMatching(
            /tags\[0\]: must be a string.* Only the first 20 faults are listed; there may be more\.$/,
          ),
        },
      });
  });

  test('400: an empty body is called empty, and told what is expected', async () => {
    for (const body of ['', ' \n'])
      expect(await ingest.postText(body)).toMatchObject({
        status: 400,
        body: {
          code: 'malformed_body',
          detail: expect.stringMatching(/^The body is empty\. Send an alert /),
        },
      });
  });

  test('202: nobody made today’s partition, so it is made and the insert repeated', async () => {
    const { rows } = await ingest.direct.pool.query<{ name: string }>(
      `SELECT 'alerts_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD') AS name`,
    );
    await ingest.direct.pool.query(`DROP TABLE "${rows[0]?.name}"`);
    expect(await ingest.post(alertOf('a'))).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect(await ingest.stored()).toEqual(['a']);
  });

  test('503 unavailable: the database is unavailable, nothing is stored; it is accepted once the database is back', async () => {
    await ingest.proxy.refuse();
    const refused = await ingest.post(alertOf('a'));
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await ingest.stored()).toEqual([]);
    await ingest.proxy.pass();
    expect(await ingest.post(alertOf('a'))).toMatchObject({ status: 202, body: { accepted: 1 } });
  });

  test('503 unavailable: the server says that it ends the connection, and nothing is stored', async () => {
    const release = await ingest.holdInserts();
    const answer = ingest.post(alertOf('a'));
    await ingest.heldInserts(1);
    await ingest.direct.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'ingest'`,
    );
    expect(await answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    await release();
    expect(await ingest.stored()).toEqual([]);
  });

  test.each([
    ['unavailable', 'its disk is full', '53100'],
    ['outcome_unknown', 'its disk fails, which may be during the commit', '58030'],
  ])('503 %s: the server says that %s', async (code, _, sqlState) => {
    await ingest.direct.pool.query(`
      CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not write' USING ERRCODE = '${sqlState}'; END $$;
      CREATE TRIGGER fail BEFORE INSERT ON alert_outbox FOR EACH ROW EXECUTE FUNCTION fail();`);
    expect(await ingest.post(alertOf('a'))).toMatchObject({ status: 503, body: { code } });
    expect(await ingest.stored()).toEqual([]);
  });

  test('503 outcome_unknown: the connection breaks, and the alerts are stored all the same', async () => {
    const release = await ingest.holdInserts();
    const answer = ingest.post([alertOf('a'), alertOf('b')]);
    await ingest.heldInserts(1);
    await ingest.proxy.refuse();
    const cut = await answer;
    expect(cut).toMatchObject({ status: 503, body: { code: 'outcome_unknown' } });
    expect(Number(cut.headers.get('retry-after'))).toBeGreaterThan(0);
    await release();
    await waitFor(async () => (await ingest.stored()).length === 2);
    await ingest.proxy.pass();
    expect(await ingest.post([alertOf('a'), alertOf('c')])).toMatchObject({
      status: 202,
      body: { accepted: 1, duplicates: 1 },
    });
  });

  test('503: Postgres falls silent, and no statement that waits has come to its own time limit', async () => {
    const release = await ingest.holdInserts();
    const sent = [ingest.post(alertOf('a')), ingest.post(alertOf('b'))];
    await ingest.heldInserts(2);
    // This one waits for one of the others.
    const waiting = ingest.post(alertOf('c'));
    await waitFor(async () => (await ingest.storing()) === 3);
    await ingest.proxy.hang();
    await release();
    await waitFor(async () => (await ingest.stored()).length === 2);
    for (const answer of await Promise.all(sent))
      expect(answer).toMatchObject({ status: 503, body: { code: 'outcome_unknown' } });
    expect(await waiting).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    // What was given up holds no connection any more: one may be in use to ask whether Postgres answers again.
    const { pool } = ingest.database;
    expect(pool.totalCount - pool.idleCount).toBeLessThanOrEqual(1);
    expect(await ingest.post(alertOf('d'))).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await ingest.stored()).toEqual(['a', 'b']);
    await ingest.proxy.pass();
    await waitFor(async () => (await ingest.post([alertOf('a'), alertOf('c'), alertOf('d')])).status === 202);
    expect(await ingest.stored()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('503 overloaded: too many alerts of a key wait; those are stored, and nothing of what was refused', async () => {
    const release = await ingest.holdInserts();
    const taken = Array.from({ length: 100 }, (_, n) => ingest.post(alertsOf(`taken${n}`, 100)));
    await waitFor(async () => (await ingest.storing()) === 10_000);
    const refused = await ingest.post(alertOf('refused'));
    expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await release();
    for (const answer of await Promise.all(taken)) {
      expect(answer).toMatchObject({ status: 202, body: { accepted: 100 } });
    }
    const ids = await ingest.stored();
    expect(ids).toHaveLength(10_000);
    expect(ids).not.toContain('refused');
  });
});
