import { describe, expect, test } from '@jest/globals';
import { awaitedPhase, timingsOf } from './http-request.ts';

const progress = { startedAt: 1000, lookedUpAt: 1002, connectedAt: 1005, securedAt: 1009 };
const fresh = { isReused: false, isLiteral: false, isSecure: true, progress };
const answered = { start: 1000, response: 1015, phases: { firstByte: 6 } } as Parameters<
  typeof timingsOf
>[0] &
  object;

describe('the timings of an attempt', () => {
  test('are the durations of its phases', () => {
    expect(timingsOf(answered, fresh)).toEqual({ dnsMs: 2, connectMs: 3, tlsMs: 4, firstByteMs: 6 });
  });

  test('on a reused connection are those of the answer alone', () => {
    expect(timingsOf(answered, { ...fresh, isReused: true, progress: {} })).toEqual({
      dnsMs: null,
      connectMs: null,
      tlsMs: null,
      firstByteMs: 6,
    });
  });

  test('leave out the look-up of a literal address', () => {
    expect(timingsOf(answered, { ...fresh, isLiteral: true }).dnsMs).toBeNull();
  });

  test('are never negative, though the clock was set back', () => {
    const phases = { ...answered.phases, firstByte: -5 };
    expect(timingsOf({ ...answered, phases }, fresh).firstByteMs).toBe(0);
  });

  test('are all null where nothing began', () => {
    expect(Object.values(timingsOf(undefined, { ...fresh, progress: {} }))).toEqual([null, null, null, null]);
  });
});

describe('what was awaited', () => {
  test.each([
    [{}, 'a connection'],
    [{ startedAt: 1 }, 'the host name to be resolved'],
    [{ startedAt: 1, lookedUpAt: 2 }, 'a connection'],
    [{ startedAt: 1, lookedUpAt: 2, connectedAt: 3 }, 'the TLS handshake'],
    [{ startedAt: 1, lookedUpAt: 2, connectedAt: 3, securedAt: 4 }, 'an answer'],
  ])('follows from how far the connection came (%#)', (reached, expected) => {
    expect(awaitedPhase(undefined, { ...fresh, progress: reached })).toBe(expected);
  });

  test('is the rest of an answer that has begun', () => {
    expect(awaitedPhase(answered, fresh)).toBe('the rest of the answer');
  });

  test('is no handshake where there is none', () => {
    const connected = { startedAt: 1, lookedUpAt: 1, connectedAt: 1 };
    expect(awaitedPhase(undefined, { ...fresh, isSecure: false, progress: connected })).toBe('an answer');
    expect(awaitedPhase(undefined, { ...fresh, isReused: true, progress: {} })).toBe('an answer');
  });
});
