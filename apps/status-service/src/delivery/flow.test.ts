import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type AttemptFacts,
  afterAttempt,
  afterCrowding,
  type Flow,
  type FlowContext,
  flowChange,
  limitNow,
} from './flow.ts';

const flowOf = (change: Partial<Flow> = {}): Flow => ({
  limit: 4,
  loweredAtMs: null,
  fastestMs: null,
  succeededAtMs: null,
  failuresInRow: 0,
  failedDeliveries: [],
  openedAtMs: null,
  probesSucceeded: 0,
  heldUntilMs: null,
  ...change,
});
const NOW = 1_000_000;
const context = (change: Partial<FlowContext> = {}): FlowContext => ({
  nowMs: NOW,
  maxInFlight: 256,
  baseDelayMs: 5_000,
  queued: 4,
  isHoldingBack: true,
  ...change,
});
const success = (durationMs = 10): AttemptFacts => ({
  deliveryId: 'd',
  durationMs,
  statusCode: 200,
  retryAfterMs: null,
  error: null,
});
const failure = (
  change: Partial<AttemptFacts> & { code?: 'timeout' | 'http_status' | 'internal' | 'dns' } = {},
) => {
  const { code = 'timeout', ...rest } = change;
  const facts: AttemptFacts = {
    deliveryId: 'd',
    durationMs: 10_000,
    statusCode: null,
    retryAfterMs: null,
    error: { code, message: '' },
    ...rest,
  };
  return facts;
};
const status = (statusCode: number, retryAfterMs: number | null = null) =>
  failure({ code: 'http_status', statusCode, retryAfterMs, durationMs: 10 });
/** So many failures in a row, of as many deliveries in turn. */
const failing = (count: number, deliveries: number, flow = flowOf()) =>
  Array.from({ length: count }, () => failure({ code: 'dns' })).reduce(
    (after, one, n) => afterAttempt(after, { ...one, deliveryId: `d${n % deliveries}` }, context()),
    flow,
  );

describe('what workers give back', () => {
  test('lowers the limit to what is queued besides, one at least, and not again for the same', () => {
    const lowered = afterCrowding(flowOf({ limit: 200 }), { nowMs: NOW, queued: 90 });
    expect(lowered).toMatchObject({ limit: 90, loweredAtMs: NOW });
    expect(flowChange(flowOf({ limit: 200 }), lowered)).toBe('limit_lowered');
    expect(afterCrowding(flowOf({ limit: 8.5 }), { nowMs: NOW, queued: 90 })).toMatchObject({ limit: 8.5 });
    const taken = afterCrowding(flowOf({ limit: 200 }), { nowMs: NOW, queued: 0 });
    expect([limitNow(taken, NOW), limitNow(taken, NOW + 999), limitNow(taken, NOW + 1_001)]).toEqual([
      0, 0, 1,
    ]);
    // It is said once, though it happens whenever the limit has grown too far.
    const again = afterCrowding({ ...lowered, limit: 91 }, { nowMs: NOW + 5, queued: 90 });
    expect(flowChange({ ...lowered, limit: 91 }, again)).toBeNull();
  });

  test('lets the limit grow by one with each round of good answers from then on', () => {
    const lowered = afterCrowding(flowOf({ limit: 200 }), { nowMs: NOW, queued: 100 });
    expect(afterAttempt(lowered, success(), context()).limit).toBeCloseTo(100.01, 6);
  });
});

describe('a limit', () => {
  test('grows by one with each good answer while deliveries wait, until it is maxInFlight', () => {
    expect(afterAttempt(flowOf(), success(), context()).limit).toBe(5);
    expect(afterAttempt(flowOf({ limit: 256 }), success(), context()).limit).toBe(256);
    expect(afterAttempt(flowOf({ limit: 4 }), success(), context({ maxInFlight: 2 })).limit).toBe(2);
  });

  test('grows by one with as many good answers as it has places, once it was lowered', () => {
    const flow = flowOf({ limit: 8, loweredAtMs: NOW - 60_000 });
    expect(afterAttempt(flow, success(), context()).limit).toBe(8.125);
  });

  test('does not grow with answers that take long', () => {
    expect(afterAttempt(flowOf({ fastestMs: 20 }), success(501), context()).limit).toBe(4);
    expect(afterAttempt(flowOf({ fastestMs: 20 }), success(500), context()).limit).toBe(5);
    // Long, but no longer than its receiver takes at best.
    expect(afterAttempt(flowOf({ fastestMs: 2_000 }), success(3_900), context()).limit).toBe(5);
    expect(afterAttempt(flowOf({ fastestMs: 2_000 }), success(4_100), context()).limit).toBe(4);
  });

  test('falls, while nothing waits, to twice what is needed, and no lower than that of a new destination', () => {
    const idle = (limit: number, queued: number) =>
      afterAttempt(flowOf({ limit }), success(), context({ isHoldingBack: false, queued })).limit;
    expect(idle(200, 30)).toBe(60);
    expect(idle(60, 30)).toBe(60);
    expect(idle(20, 30)).toBe(20);
    expect(idle(200, 0)).toBe(4);
    expect(idle(2, 0)).toBe(2);
  });

  test('falls, while nothing waits, to the successes of a second', () => {
    const among = (everyMs: number, maxInFlight = 256) => {
      let flow = flowOf({ limit: 100 });
      for (let nowMs = NOW; nowMs < NOW + 10_000; nowMs += everyMs) {
        flow = afterAttempt(
          flow,
          success(),
          context({ ...{ nowMs, maxInFlight, queued: 1, isHoldingBack: false } }),
        );
      }
      return flow.limit;
    };
    expect(among(1_000)).toBe(4);
    expect(among(50)).toBeCloseTo(20.5, 1);
    expect(among(10)).toBeCloseTo(100.5, 1);
    expect(among(1)).toBe(256);
    expect(among(10, 50)).toBe(50);
  });

  test.each([
    ['a timeout', failure()],
    ['429', status(429)],
    ['502', status(502)],
    ['503', status(503)],
    ['504', status(504)],
  ])('is halved by %s', (_, facts) => {
    const after = afterAttempt(flowOf({ limit: 9 }), facts, context());
    expect(after).toMatchObject({ limit: 4.5, loweredAtMs: NOW });
    expect(limitNow(after, NOW)).toBe(4);
  });

  test.each([
    ['400', status(400)],
    ['500', status(500)],
    ['a name that does not resolve', failure({ code: 'dns' })],
    ['a fault of its own', failure({ code: 'internal' })],
  ])('is not lowered by %s', (_, facts) => {
    expect(afterAttempt(flowOf({ limit: 9 }), facts, context()).limit).toBe(9);
  });

  test('is halved once for all attempts that were under way together', () => {
    const once = afterAttempt(flowOf({ limit: 256 }), failure(), context());
    const twice = afterAttempt(once, failure(), context({ nowMs: NOW + 9_999 }));
    expect(twice.limit).toBe(128);
    expect(afterAttempt(twice, failure(), context({ nowMs: NOW + 10_001 })).limit).toBe(64);
  });

  test('is one at least', () => {
    expect(afterAttempt(flowOf({ limit: 1 }), failure(), context()).limit).toBe(1);
    expect(limitNow(flowOf({ limit: 1 }), NOW)).toBe(1);
  });
});

describe('a receiver that asks for patience', () => {
  test('is left alone for as long, once one at a time is still too much', () => {
    const first = afterAttempt(flowOf({ limit: 2 }), status(429, 30_000), context());
    expect(first).toMatchObject({ limit: 1, heldUntilMs: null });
    const second = afterAttempt(first, status(429, 30_000), context({ nowMs: NOW + 100 }));
    expect(second.heldUntilMs).toBe(NOW + 30_100);
    expect(limitNow(second, NOW + 30_099)).toBe(0);
    expect(limitNow(second, NOW + 30_100)).toBe(1);
  });

  test('is asked again after a minute at the latest, and a second at the earliest', () => {
    const held = (retryAfterMs: number | null) =>
      afterAttempt(flowOf({ limit: 1 }), status(503, retryAfterMs), context()).heldUntilMs;
    expect(held(3_600_000)).toBe(NOW + 60_000);
    expect(held(0)).toBe(NOW + 1_000);
    expect(held(null)).toBe(null);
  });
});

describe('a circuit', () => {
  test('opens after 20 failures in a row of 5 deliveries: one at a time, and a while apart', () => {
    expect(failing(19, 5)).toMatchObject({ openedAtMs: null });
    const open = failing(20, 5);
    expect(open).toMatchObject({ openedAtMs: NOW, limit: 1, heldUntilMs: NOW + 1_000 });
    expect(limitNow(open, NOW + 999)).toBe(0);
    expect(limitNow(open, NOW + 1_000)).toBe(1);
    expect(flowChange(flowOf(), open)).toBe('circuit_opened');
  });

  test('does not open for fewer deliveries, however often they fail', () => {
    expect(failing(100, 4)).toMatchObject({ openedAtMs: null, failuresInRow: 100 });
  });

  test('does not open where a success comes between', () => {
    const almost = failing(19, 5);
    const broken = afterAttempt(almost, success(), context());
    expect(broken).toMatchObject({ failuresInRow: 0, failedDeliveries: [] });
    expect(failing(19, 5, broken)).toMatchObject({ openedAtMs: null });
  });

  test('is probed at once where the receiver answers, or the destination’s own first retry would come sooner', () => {
    const open = flowOf({ limit: 1, openedAtMs: NOW - 1, failuresInRow: 40 });
    const atOnce = { openedAtMs: NOW - 1, heldUntilMs: null };
    expect(afterAttempt(open, status(500), context())).toMatchObject(atOnce);
    expect(afterAttempt(open, failure(), context({ baseDelayMs: 999 }))).toMatchObject(atOnce);
    expect(afterAttempt(open, failure(), context())).toMatchObject({ heldUntilMs: NOW + 1_000 });
  });

  test('closes after two successes in a row, and its limit grows from there', () => {
    const open = failing(20, 5);
    const once = afterAttempt(open, success(), context());
    expect(once).toMatchObject({ openedAtMs: NOW, probesSucceeded: 1, heldUntilMs: null, limit: 1 });
    const failedAgain = afterAttempt(once, failure(), context());
    expect(failedAgain).toMatchObject({ openedAtMs: NOW, probesSucceeded: 0, heldUntilMs: NOW + 1_000 });
    const closed = afterAttempt(once, success(), context());
    expect(closed).toMatchObject({ openedAtMs: null, limit: 2, loweredAtMs: null, probesSucceeded: 0 });
    expect(flowChange(open, closed)).toBe('circuit_closed');
    expect(afterAttempt(closed, success(), context()).limit).toBe(3);
  });
});

test('what people should know is when a limit is lowered, not each step of its growth', () => {
  const low = afterAttempt(flowOf({ limit: 9 }), failure(), context());
  expect(flowChange(flowOf({ limit: 9 }), low)).toBe('limit_lowered');
  expect(flowChange(low, afterAttempt(low, success(), context()))).toBe(null);
  expect(flowChange(low, low)).toBe(null);
});

test('whatever happens, a limit stays between 1 and maxInFlight', () => {
  const attempt = fc.oneof(
    fc.record({ durationMs: fc.nat(30_000) }).map(({ durationMs }) => success(durationMs)),
    fc.constantFrom(failure(), status(429, 1_000), status(503), status(400), failure({ code: 'internal' })),
  );
  fc.assert(
    fc.property(
      fc.array(fc.record({ attempt, passMs: fc.nat(20_000), delivery: fc.nat(9), queued: fc.nat(300) })),
      fc.integer({ min: 1, max: 300 }),
      (steps, maxInFlight) => {
        let flow = flowOf({ limit: Math.min(4, maxInFlight) });
        let nowMs = NOW;
        for (const { attempt, passMs, delivery, queued } of steps) {
          nowMs += passMs;
          const facts = { ...attempt, deliveryId: `d${delivery}` };
          flow = afterAttempt(
            flow,
            facts,
            context({ nowMs, maxInFlight, queued, isHoldingBack: queued % 2 === 0 }),
          );
          expect(flow.limit).toBeGreaterThanOrEqual(1);
          expect(flow.limit).toBeLessThanOrEqual(maxInFlight);
          expect(flow.failedDeliveries.length).toBeLessThanOrEqual(5);
          expect((flow.heldUntilMs ?? nowMs) - nowMs).toBeLessThanOrEqual(60_000);
        }
      },
    ),
  );
});
