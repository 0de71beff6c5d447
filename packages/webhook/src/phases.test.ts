import { describe, expect, test } from '@jest/globals';
import { awaitedPhase, timingsOf } from './phases.ts';

const fresh = { isReused: false, isLiteral: false, isSecure: true };
const phases = {
  wait: 1,
  dns: 2,
  tcp: 3,
  tls: 4,
  request: 5,
  firstByte: 6,
  download: undefined,
  total: undefined,
};
const timings = { start: 1000, phases } as Parameters<typeof timingsOf>[0] & object;

describe('the timings of an attempt', () => {
  test('are the durations of its phases', () => {
    expect(timingsOf(timings, fresh)).toEqual({ dnsMs: 2, connectMs: 3, tlsMs: 4, firstByteMs: 6 });
  });

  test('leave out, on a reused connection, what its first request had done', () => {
    expect(timingsOf(timings, { ...fresh, isReused: true })).toEqual({
      dnsMs: null,
      connectMs: null,
      tlsMs: null,
      firstByteMs: 6,
    });
  });

  test('leave out the look-up of a literal address', () => {
    expect(timingsOf(timings, { ...fresh, isLiteral: true }).dnsMs).toBeNull();
  });

  test('are never negative, though the clock was set back', () => {
    expect(timingsOf({ ...timings, phases: { ...phases, tcp: -5 } }, fresh).connectMs).toBe(0);
  });

  test('are all null where nothing began', () => {
    expect(Object.values(timingsOf(undefined, fresh))).toEqual([null, null, null, null]);
  });
});

describe('what was awaited', () => {
  const at = (fields: object) => ({ ...timings, ...fields });

  test.each([
    [undefined, 'a connection'],
    [at({}), 'a connection'],
    [at({ socket: 1 }), 'the host name to be resolved'],
    [at({ socket: 1, lookup: 2 }), 'a connection'],
    [at({ socket: 1, lookup: 2, connect: 3 }), 'the TLS handshake'],
    [at({ socket: 1, lookup: 2, connect: 3, secureConnect: 4 }), 'an answer'],
    [at({ socket: 1, lookup: 2, connect: 3, secureConnect: 4, response: 5 }), 'the rest of the answer'],
  ])('follows from how far the request came (%#)', (reached, expected) => {
    expect(awaitedPhase(reached, fresh)).toBe(expected);
  });

  test('is no handshake where there is none', () => {
    const connected = at({ socket: 1, lookup: 1, connect: 1 });
    expect(awaitedPhase(connected, { ...fresh, isSecure: false })).toBe('an answer');
    expect(awaitedPhase(connected, { ...fresh, isReused: true })).toBe('an answer');
  });
});
