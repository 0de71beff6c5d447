import { describe, expect, test } from '@jest/globals';
import { type AttemptResult, DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import type { Outcome } from '@tocsin/status-gateway';
import type { DeliveryRow } from './delivery-row.ts';
import { judgeOutcome, QUEUED_DELAY_MAX_MS } from './judge-outcome.ts';
import type { DestinationSlots } from './slots.ts';

const result = (fault: Partial<AttemptResult> = {}): AttemptResult => ({
  startedAt: '2026-07-01T00:00:00.000Z',
  durationMs: 3,
  timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 2 },
  address: '203.0.113.7:443',
  statusCode: 200,
  responseBody: 'ok',
  responseTruncated: false,
  repeated: false,
  location: null,
  responseContentType: 'text/plain',
  retryAfterMs: null,
  error: null,
  ...fault,
});
const refused = result({ statusCode: 500, error: { code: 'http_status', message: 'answered 500' } });

const row = (state: Partial<DeliveryRow> = {}): DeliveryRow => ({
  day: '2026-07-01',
  id: 'd',
  alertId: 'a',
  destinationId: 't',
  severityRank: 0,
  isSystemError: false,
  status: 'pending',
  failureCode: null,
  round: 1,
  attempts: 0,
  trigger: 'auto',
  queueState: 'queued',
  shard: 0,
  dispatchNumber: 1,
  dueInMs: 0,
  ...state,
});
const ref = { deliveryId: 'd', day: '2026-07-01', destinationId: 't', round: 1, dispatchNumber: 1 };
const attempted = (number: number, attempt = refused, change: Partial<typeof ref> = {}): Outcome => ({
  kind: 'attempted',
  ...ref,
  ...change,
  number,
  result: attempt,
});
const slots: DestinationSlots = {
  enabled: true,
  paused: false,
  deleted: false,
  maxInFlight: 256,
  limit: 256,
  queued: 1,
  delayed: 0,
};
const context = { slots, policy: DEFAULT_RETRY_POLICY, random: 0.5 };

describe('an outcome', () => {
  test('of success ends the delivery', () => {
    const judged = judgeOutcome(row(), attempted(1, result()), context);
    expect(judged.verdict).toEqual({ kind: 'succeeded' });
    expect(judged.row).toMatchObject({ status: 'succeeded', attempts: 1, queueState: 'idle', dueInMs: null });
    expect(judged.attempt).toMatchObject({ round: 1, number: 1 });
  });

  test('of failure schedules the first retry in the queue', () => {
    const judged = judgeOutcome(row(), attempted(1), context);
    expect(judged.verdict).toEqual({ kind: 'retry', afterMs: 5_000, ahead: 0 });
    expect(judged.row).toMatchObject({
      status: 'retrying',
      attempts: 1,
      queueState: 'delayed',
      dueInMs: 5_000,
    });
  });

  test('of the eleventh failure is the end', () => {
    const judged = judgeOutcome(
      row({ attempts: 10, status: 'retrying', queueState: 'delayed' }),
      attempted(11),
      context,
    );
    expect(judged.verdict).toMatchObject({ kind: 'failed', reason: 'http_status: answered 500' });
    expect(judged.row).toMatchObject({
      status: 'failed',
      failureCode: 'http_status',
      attempts: 11,
      queueState: 'idle',
    });
  });

  test('of the tenth failure is not the end', () => {
    const judged = judgeOutcome(row({ attempts: 9, status: 'retrying' }), attempted(10), context);
    expect(judged.row?.status).toBe('retrying');
  });

  test('of failure without retries left by the destination’s own policy is the end', () => {
    const policy = { ...DEFAULT_RETRY_POLICY, maxRetries: 0 };
    expect(judgeOutcome(row(), attempted(1), { ...context, policy }).row?.status).toBe('failed');
  });

  test('waits in Postgres when it is due later than ten minutes ahead', () => {
    const judged = judgeOutcome(row({ attempts: 5, queueState: 'delayed' }), attempted(6), context);
    expect(judged.verdict).toEqual({ kind: 'deferred', afterMs: judged.row?.dueInMs });
    expect(judged.row).toMatchObject({ queueState: 'waiting', status: 'retrying' });
    expect(judged.row?.dueInMs).toBeGreaterThan(QUEUED_DELAY_MAX_MS);
  });

  test('waits in the queue when it is due in exactly ten minutes', () => {
    const result = { ...refused, retryAfterMs: QUEUED_DELAY_MAX_MS };
    const judged = judgeOutcome(row(), attempted(1, result), context);
    expect(judged.verdict).toEqual({ kind: 'retry', afterMs: QUEUED_DELAY_MAX_MS, ahead: 0 });
    expect(judged.row?.queueState).toBe('delayed');
  });

  test('waits in Postgres when its delivery was reclaimed while its POST was under way, for it holds no slot', () => {
    const judged = judgeOutcome(row({ queueState: 'waiting' }), attempted(1), context);
    expect(judged.verdict).toEqual({ kind: 'deferred', afterMs: judged.row?.dueInMs });
    expect(judged.row).toMatchObject({ queueState: 'waiting', status: 'retrying', dueInMs: 5_000 });
  });

  test('waits in Postgres when too many retries hold slots', () => {
    const full = { ...context, slots: { ...slots, delayed: 128 } };
    expect(judgeOutcome(row(), attempted(1), full).row?.queueState).toBe('waiting');
  });

  test('keeps the slot it holds already', () => {
    const full = { ...context, slots: { ...slots, delayed: 128 } };
    expect(
      judgeOutcome(row({ attempts: 1, queueState: 'delayed' }), attempted(2), full).row?.queueState,
    ).toBe('delayed');
  });

  test('reported twice changes nothing the second time', () => {
    const first = judgeOutcome(row(), attempted(1), context);
    const second = judgeOutcome(first.row as DeliveryRow, attempted(1), context);
    expect(second).toEqual({
      verdict: { kind: 'retry', afterMs: 5_000, ahead: 0 },
      attempt: null,
      row: null,
    });
  });

  test('of success reported twice says succeeded again', () => {
    const done = row({ status: 'succeeded', attempts: 1, queueState: 'idle', dueInMs: null });
    expect(judgeOutcome(done, attempted(1, result()), context)).toEqual({
      verdict: { kind: 'succeeded' },
      attempt: null,
      row: null,
    });
  });

  test('of an earlier round is history of that round, and changes nothing', () => {
    const later = row({ round: 3, trigger: 'resend' });
    for (const [round, trigger] of [
      [1, 'auto'],
      [2, 'resend'],
    ] as const) {
      const judged = judgeOutcome(later, attempted(1, refused, { round }), context);
      const attempt = { round, number: 1, result: refused, trigger };
      expect(judged).toEqual({ verdict: { kind: 'superseded' }, attempt, row: null });
    }
  });

  test('of a round later than the row’s is superseded', () => {
    const judged = judgeOutcome(row(), attempted(1, refused, { round: 2 }), context);
    expect(judged).toEqual({ verdict: { kind: 'superseded' }, attempt: null, row: null });
  });

  test('of success counts although another POST of that number failed and was recorded first', () => {
    const failed = judgeOutcome(
      row({ dispatchNumber: 2 }),
      attempted(1, refused, { dispatchNumber: 2 }),
      context,
    );
    const judged = judgeOutcome(failed.row as DeliveryRow, attempted(1, result()), context);
    expect(judged.verdict).toEqual({ kind: 'succeeded' });
    expect(judged.attempt).toMatchObject({ round: 1, number: 2 });
    expect(judged.row).toMatchObject({ status: 'succeeded', attempts: 2, queueState: 'idle' });
    const again = judgeOutcome(judged.row as DeliveryRow, attempted(1, result()), context);
    expect(again).toEqual({ verdict: { kind: 'succeeded' }, attempt: null, row: null });
  });

  test('of success counts so too where the other POST was the last that failed', () => {
    const failed = row({ status: 'failed', failureCode: 'http_status', attempts: 11, queueState: 'idle' });
    const judged = judgeOutcome(failed, attempted(11, result()), context);
    expect(judged.row).toMatchObject({ status: 'succeeded', failureCode: null, attempts: 12 });
  });

  test('of failure under a number that is taken changes nothing', () => {
    const failed = row({ attempts: 1, status: 'retrying', queueState: 'waiting' });
    expect(judgeOutcome(failed, attempted(1), context)).toMatchObject({ attempt: null, row: null });
  });

  test('of success from an older dispatch number counts, so that the newer job sends nothing', () => {
    const judged = judgeOutcome(row({ dispatchNumber: 2 }), attempted(1, result()), context);
    expect(judged.row).toMatchObject({ status: 'succeeded', dispatchNumber: 2 });
  });

  test('of failure from an older dispatch number is recorded, and leaves the retry to the newer job', () => {
    const judged = judgeOutcome(row({ dispatchNumber: 2 }), attempted(1), context);
    expect(judged.verdict).toEqual({ kind: 'deferred', afterMs: judged.row?.dueInMs });
    expect(judged.row).toMatchObject({
      attempts: 1,
      queueState: 'queued',
      dispatchNumber: 2,
      status: 'retrying',
    });
  });

  test('of failure for a disabled destination waits in Postgres', () => {
    const disabled = { ...context, slots: { ...slots, enabled: false } };
    const judged = judgeOutcome(row({ queueState: 'delayed' }), attempted(1), disabled);
    expect(judged.verdict).toEqual({ kind: 'deferred', afterMs: judged.row?.dueInMs });
    expect(judged.row?.queueState).toBe('waiting');
  });

  test('of failure for a deleted destination is recorded and cancels', () => {
    const judged = judgeOutcome(row(), attempted(1), { ...context, slots: { ...slots, deleted: true } });
    expect(judged.verdict).toEqual({ kind: 'failed', reason: 'cancelled' });
    expect(judged.attempt).not.toBeNull();
    expect(judged.row).toMatchObject({ status: 'cancelled', queueState: 'idle', attempts: 1 });
  });

  test('of success for a delivery that was cancelled meanwhile tells the truth', () => {
    const cancelled = row({ status: 'cancelled', queueState: 'idle' });
    expect(judgeOutcome(cancelled, attempted(1, result()), context).row?.status).toBe('succeeded');
  });

  test('of failure for a delivery that expired meanwhile is only history', () => {
    const expired = row({ status: 'failed', failureCode: 'expired', queueState: 'idle' });
    const judged = judgeOutcome(expired, attempted(1), context);
    expect(judged.verdict).toEqual({ kind: 'failed', reason: 'failed' });
    expect(judged.row).toMatchObject({
      status: 'failed',
      failureCode: 'expired',
      attempts: 1,
      queueState: 'idle',
    });
    expect(judged.attempt).not.toBeNull();
  });

  test('skipped goes back to waiting and uses no attempt', () => {
    const judged = judgeOutcome(row(), { kind: 'skipped', ...ref }, context);
    expect(judged).toMatchObject({
      verdict: { kind: 'deferred' },
      attempt: null,
      row: { queueState: 'waiting', attempts: 0 },
    });
  });

  test('skipped from an older dispatch number changes nothing', () => {
    const judged = judgeOutcome(row({ dispatchNumber: 2 }), { kind: 'skipped', ...ref }, context);
    expect(judged).toEqual({ verdict: { kind: 'superseded' }, attempt: null, row: null });
  });

  test('skipped from another round changes nothing, and is no attempt of that round', () => {
    for (const round of [1, 3]) {
      const judged = judgeOutcome(row({ round: 2 }), { kind: 'skipped', ...ref, round }, context);
      expect(judged).toEqual({ verdict: { kind: 'superseded' }, attempt: null, row: null });
    }
  });

  test('skipped for a deleted destination cancels', () => {
    const deleted = { ...context, slots: { ...slots, deleted: true } };
    const judged = judgeOutcome(row(), { kind: 'skipped', ...ref }, deleted);
    expect(judged).toMatchObject({
      verdict: { kind: 'deferred' },
      attempt: null,
      row: { status: 'cancelled', failureCode: null, queueState: 'idle', dueInMs: null },
    });
  });

  test.each([
    [
      { status: 'failed', failureCode: 'timeout' },
      { kind: 'failed', reason: 'timeout' },
    ],
    [{ status: 'cancelled' }, { kind: 'failed', reason: 'cancelled' }],
    [
      { status: 'retrying', queueState: 'delayed', dueInMs: 700 },
      { kind: 'retry', afterMs: 700, ahead: 0 },
    ],
    [
      { status: 'retrying', queueState: 'delayed', dueInMs: -700 },
      { kind: 'retry', afterMs: 0, ahead: 0 },
    ],
    [
      { status: 'retrying', queueState: 'delayed', dueInMs: null },
      { kind: 'retry', afterMs: 0, ahead: 0 },
    ],
    [{ status: 'retrying', queueState: 'waiting', dueInMs: 700 }, { kind: 'deferred' }],
    [{ status: 'retrying', queueState: 'delayed', dueInMs: 700, dispatchNumber: 2 }, { kind: 'deferred' }],
  ] as const)('of failure that was recorded before, of a row that is now %j, says %j', (state, verdict) => {
    const judged = judgeOutcome(row({ attempts: 1, ...state }), attempted(1), context);
    expect(judged).toEqual({ verdict, attempt: null, row: null });
  });
});
