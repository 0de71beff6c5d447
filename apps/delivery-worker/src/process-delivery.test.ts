import { describe, expect, test } from '@jest/globals';
import type { AttemptResult } from '@tocsin/contract';
import type { DeliveryJob } from '@tocsin/queues';
import type { Sealer } from '@tocsin/secrets';
import type { Outcome } from '@tocsin/status-gateway';
import type { DestinationDirectory, StoredDestination } from '@tocsin/store';
import type { WebhookRequest } from '@tocsin/webhook';
import pino from 'pino';
import { databaseAnswering, SUCCEEDED } from '../test/sample.ts';
import type { Turn } from './destination-turns.ts';
import { createDeliveryProcessor } from './process-delivery.ts';
import type { Reported } from './reporter.ts';

const JOB: DeliveryJob = {
  deliveryId: 'delivery',
  day: '2026-07-01',
  alertId: 'alert',
  destinationId: 'destination',
  round: 1,
  dispatchNumber: 1,
  severityRank: 0,
  isRetry: false,
};
const ROW = {
  id: 'delivery',
  status: 'pending',
  round: 1,
  dispatchNumber: 1,
  attempts: 2,
  queueState: 'queued',
  dueInMs: -1,
  available: true,
  destinationsVersion: 1,
};
const DESTINATION = {
  id: 'destination',
  displayName: 'On-call pager',
  url: 'https://example.com/hook',
  headers: [{ name: 'X-Key', value: 'one' }],
  signingSecret: null,
  previousSigningSecret: null,
  previousSignsUntil: null,
  includeContext: false,
  timeoutMs: 1_000,
  rateLimitPerSecond: null,
  secretsFault: null,
} as unknown as StoredDestination;
const FAILED: AttemptResult = { ...SUCCEEDED, error: { code: 'timeout', message: 'too slow' } };

/** Whose texts are still to be read, though not by who looks for them. */
const SEALER: Sealer = {
  seal: (plain, context) => JSON.stringify([context, plain]),
  open(sealed, context) {
    const [sealedWith, plain] = JSON.parse(sealed);
    if (sealedWith !== context) throw new Error('sealed with another context');
    return plain;
  },
};

const NO_UUID = 'no-uuid';

/** One delivery's dependencies, and what it did. */
function createWorld(
  change: {
    row?: Partial<typeof ROW> | null;
    destination?: Partial<StoredDestination>;
    isNew?: boolean;
    turn?: Turn;
    /** Done when a turn is taken. */
    onTurn?: () => void;
    body?: Buffer | null;
    result?: AttemptResult;
    verdict?: Reported | Error;
  } = {},
) {
  const sent: WebhookRequest[] = [];
  const outcomes: Outcome[] = [];
  const lines: Record<string, unknown>[] = [];
  const snapshot = (isKnown: boolean) => ({
    version: 1,
    list: [],
    byId: new Map(isKnown ? [['destination', { ...DESTINATION, ...change.destination }]] : []),
  });
  const directory: DestinationDirectory = {
    current: async () => snapshot(true),
    // A row of version 2 was read after a change that the copy of version 1 does not know.
    atLeast: async (version) => snapshot(change.isNew !== true || version === 2),
  };
  const processor = createDeliveryProcessor({
    database: databaseAnswering(([, ids]) => {
      if ((ids as string[]).includes(NO_UUID)) throw Object.assign(new Error('no uuid'), { code: '22P02' });
      return change.row === null ? [] : [{ ...ROW, ...change.row }];
    }),
    directory,
    bodies: {
      get: async () => (change.body === undefined ? Buffer.from('{}') : change.body),
      close: async () => undefined,
    },
    sealer: SEALER,
    sender: {
      async send(request) {
        sent.push(request);
        return change.result ?? SUCCEEDED;
      },
      close: () => undefined,
    },
    reporter: {
      async add(outcome) {
        outcomes.push(outcome);
        if (change.verdict instanceof Error) throw change.verdict;
        return change.verdict ?? { kind: 'succeeded' };
      },
      pending: () => 0,
      close: async () => undefined,
    },
    turns: {
      async take() {
        change.onTurn?.();
        return change.turn ?? { kind: 'taken', waitMs: 0 };
      },
      close: async () => undefined,
    },
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    observe: () => undefined,
    now: () => Date.parse('2026-07-01T12:00:00Z'),
  });
  return {
    sent,
    outcomes,
    lines,
    process: (job: Partial<DeliveryJob> = {}, isCrowded = false, note?: string) =>
      processor.process(
        { ...JOB, ...job },
        { signal: new AbortController().signal, waiting: (wait) => wait(), isCrowded, note },
      ),
  };
}

describe('a destination with a rate limit', () => {
  const destination = { rateLimitPerSecond: 5 };

  test('gets an attempt when it is its turn', async () => {
    const world = createWorld({ destination, turn: { kind: 'taken', waitMs: 1 } });
    expect(await world.process()).toEqual({ kind: 'done' });
    expect(world.sent).toHaveLength(1);
  });

  test('gets none before, and its job comes again near its turn', async () => {
    const world = createWorld({ destination, turn: { kind: 'later', afterMs: 700 } });
    expect(await world.process()).toEqual({ kind: 'deferred', afterMs: 700 });
    expect(world.sent).toEqual([]);
    expect(world.outcomes).toEqual([]);
  });

  test('gets none that was called off while its turn was waited for', async () => {
    const row = { available: true };
    const onTurn = () => void Object.assign(row, { available: false });
    const world = createWorld({ destination, row, turn: { kind: 'taken', waitMs: 1 }, onTurn });
    // The world reads its row anew each time.
    expect(await world.process()).toEqual({ kind: 'done' });
    expect(world.sent).toEqual([]);
    expect(world.outcomes).toMatchObject([{ kind: 'skipped' }]);
  });
});

describe('a delivery job', () => {
  test('whose id is none that Postgres can look for keeps no other from its attempt', async () => {
    const world = createWorld();
    const bad = world.process({ deliveryId: NO_UUID }).catch(({ code }) => code);
    expect(await world.process()).toEqual({ kind: 'done' });
    expect(await bad).toBe('22P02');
    expect(world.sent).toHaveLength(1);
  });

  test('POSTs the alert’s body to its destination, and reports the outcome under the row’s number', async () => {
    const world = createWorld();
    expect(await world.process()).toEqual({ kind: 'done' });
    expect(world.sent).toMatchObject([
      {
        url: 'https://example.com/hook',
        headers: [{ name: 'X-Key', value: 'one' }],
        body: Buffer.from('{}'),
        webhookId: 'delivery',
        timeoutMs: 1_000,
      },
    ]);
    expect(world.outcomes).toEqual([
      {
        kind: 'attempted',
        deliveryId: 'delivery',
        day: '2026-07-01',
        destinationId: 'destination',
        round: 1,
        dispatchNumber: 1,
        number: 3,
        result: SUCCEEDED,
      },
    ]);
  });

  test.each([
    ['is gone', null],
    ['was dispatched again', { dispatchNumber: 2 }],
    ['is closed', { queueState: 'idle' }],
  ])('whose delivery %s ends without a word', async (_, row) => {
    const world = createWorld({ row });
    expect(await world.process()).toEqual({ kind: 'done' });
    expect([world.sent, world.outcomes]).toEqual([[], []]);
  });

  test('that comes early waits, and sends nothing', async () => {
    const world = createWorld({ row: { dueInMs: 700 } });
    expect(await world.process()).toEqual({ kind: 'deferred', afterMs: 700 });
    expect(world.sent).toEqual([]);
  });

  test('of a destination that has its share of the worker goes back', async () => {
    const world = createWorld();
    expect(await world.process({}, true)).toEqual({ kind: 'done' });
    expect(world.sent).toEqual([]);
    expect(world.outcomes).toMatchObject([{ kind: 'skipped', deliveryId: 'delivery', crowded: true }]);
  });

  test('for a destination that takes nothing now is skipped', async () => {
    const world = createWorld({ row: { available: false }, verdict: { kind: 'deferred' } });
    expect(await world.process()).toEqual({ kind: 'done' });
    expect(world.sent).toEqual([]);
    expect(world.outcomes).toMatchObject([{ kind: 'skipped', deliveryId: 'delivery', dispatchNumber: 1 }]);
  });

  test('knows every change of its destination that was answered before its row was read', async () => {
    const world = createWorld({ row: { destinationsVersion: 2 }, isNew: true });
    await world.process();
    expect(world.sent).toHaveLength(1);
  });

  test('whose alert is no longer kept is a failed attempt, so that it does not come again for ever', async () => {
    const world = createWorld({ body: null, verdict: { kind: 'failed', reason: 'internal' } });
    expect(await world.process()).toEqual({ kind: 'failed', reason: 'internal' });
    expect(world.sent).toEqual([]);
    expect(world.outcomes).toMatchObject([
      { kind: 'attempted', number: 3, result: { error: { code: 'internal' }, statusCode: null } },
    ]);
  });

  test('whose destination’s secrets cannot be opened sends nothing, and says why', async () => {
    const world = createWorld({ destination: { secretsFault: 'no key' } });
    await world.process();
    expect(world.sent).toEqual([]);
    expect(world.outcomes).toMatchObject([{ result: { error: { code: 'internal', message: 'no key' } } }]);
  });

  test('that is to be tried again waits in its queue, with the reason', async () => {
    const world = createWorld({ result: FAILED, verdict: { kind: 'retry', afterMs: 5_000 } });
    expect(await world.process()).toEqual({ kind: 'retry', afterMs: 5_000, reason: 'timeout: too slow' });
  });

  test('whose outcome cannot be recorded is requeued for a minute', async () => {
    const world = createWorld({ verdict: { kind: 'quarantined' } });
    expect(await world.process()).toEqual({ kind: 'deferred', afterMs: 60_000 });
  });
});

describe('an outcome that cannot be reported', () => {
  test('goes with its job, which reports it and POSTs nothing where it is taken next', async () => {
    const first = createWorld({ result: FAILED, verdict: { kind: 'unreported' } });
    const left = await first.process();
    expect(left).toEqual({ kind: 'deferred', afterMs: 50, note: expect.any(String) });
    const { note } = left as { note: string };
    const second = createWorld({ verdict: { kind: 'retry', afterMs: 5_000 } });
    expect(await second.process({}, true, note)).toEqual({
      ...{ kind: 'retry', afterMs: 5_000, reason: 'timeout: too slow' },
    });
    expect([second.sent, second.outcomes]).toEqual([[], first.outcomes]);
    // Nobody knows yet whether it is retried.
    expect(first.lines).toMatchObject([{ event: 'attempt.failed', retried: 'unknown' }]);
  });

  test('goes with it again where it cannot be reported there either', async () => {
    const left = await createWorld({ verdict: { kind: 'unreported' } }).process();
    const { note } = left as { note: string };
    const next = createWorld({ verdict: { kind: 'unreported' } });
    const again = await next.process({}, false, note);
    const last = createWorld();
    await last.process({}, false, (again as { note: string }).note);
    expect([next.sent, last.sent]).toEqual([[], []]);
    expect(last.outcomes).toEqual(next.outcomes);
  });

  test('and is of no attempt is judged anew', async () => {
    const world = createWorld({ verdict: { kind: 'unreported' } });
    expect(await world.process({}, true)).toEqual({ kind: 'deferred', afterMs: 50 });
  });

  test.each([
    ['another job', JSON.stringify(['outcome:other', '{}'])],
    ['no outcome', JSON.stringify(['outcome:delivery', '{}'])],
    ['nothing readable', 'x'],
  ])('with a note of %s is attempted again, which is logged', async (_, note) => {
    const world = createWorld();
    expect(await world.process({}, false, note)).toEqual({ kind: 'done' });
    expect(world.sent).toHaveLength(1);
    expect(world.lines).toMatchObject([{ event: 'outcome.unreadable', deliveryId: 'delivery' }]);
  });
});

describe('a failed attempt is a line in the log', () => {
  const named = {
    event: 'attempt.failed',
    msg: 'attempt failed',
    deliveryId: 'delivery',
    alertId: 'alert',
    destinationId: 'destination',
    destinationName: 'On-call pager',
    round: 1,
    attempt: 3,
    errorCode: 'timeout',
    reason: 'too slow',
  };

  test.each<[string, Reported | Error, object]>([
    ['by its job', { kind: 'retry', afterMs: 5_000 }, { retried: true, retryInMs: 5_000 }],
    ['from Postgres', { kind: 'deferred', afterMs: 3_600_000.4 }, { retried: true, retryInMs: 3_600_000 }],
    ['after it was quarantined', { kind: 'quarantined' }, { retried: true, retryInMs: 60_000 }],
    ['no more', { kind: 'failed', reason: 'timeout: too slow' }, { retried: false }],
    ['by another round', { kind: 'superseded' }, { retried: false }],
    ['perhaps, since the worker ended first', new Error('closing'), { retried: 'unknown' }],
  ])('that says that it is retried %s', async (_, verdict, expected) => {
    const world = createWorld({ result: FAILED, verdict });
    await world.process().catch(() => undefined);
    expect(world.lines).toEqual([expect.objectContaining({ ...named, ...expected })]);
    expect('retryInMs' in (world.lines[0] ?? {})).toBe('retryInMs' in expected);
  });

  test('and a successful one is none', async () => {
    const world = createWorld();
    await world.process();
    expect(world.lines).toEqual([]);
  });
});
