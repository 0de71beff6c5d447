import { describe, expect, test } from '@jest/globals';
import type { Ending, Exchange } from './exchange.ts';
import { judgeExchange } from './verdict.ts';

const reset: Ending = { kind: 'failed', error: Object.assign(new Error(), { code: 'ECONNRESET' }) };

function judge(statusCode: number | null, ending: Ending) {
  const exchange: Exchange = {
    ending,
    statusCode,
    contentType: null,
    contentEncoding: null,
    location: null,
    retryAfter: null,
    body: Buffer.alloc(0),
    isCut: false,
    address: null,
    isSocketReused: false,
    isSent: true,
    answerBytes: 0,
    timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
    awaited: 'an answer',
  };
  return judgeExchange(exchange, 1000);
}

const codeOf = (statusCode: number | null, ending: Ending) => judge(statusCode, ending)?.code ?? null;

describe('an exchange', () => {
  test.each([200, 201, 204, 226, 299])('that was answered %i and read is a success', (status) => {
    expect(codeOf(status, { kind: 'read' })).toBeNull();
  });

  test.each([300, 302, 304, 400, 404, 410, 429, 500, 503, 599, 600, 999])(
    'answered %i is http_status',
    (status) => {
      expect(codeOf(status, { kind: 'read' })).toBe('http_status');
    },
  );

  test('with another status than 2xx is http_status, however its body ended', () => {
    expect(codeOf(503, { kind: 'deadline' })).toBe('http_status');
    expect(codeOf(503, reset)).toBe('http_status');
  });

  test('with 2xx fails by the way its body ended', () => {
    expect(codeOf(200, { kind: 'deadline' })).toBe('timeout');
    expect(codeOf(200, reset)).toBe('connection_reset');
  });

  test('without an answer fails by the way it ended', () => {
    expect(codeOf(null, { kind: 'deadline' })).toBe('timeout');
    expect(codeOf(null, reset)).toBe('connection_reset');
  });

  test.each([100, 101, 0])('answered %i in the end is a breach of protocol', (status) => {
    expect(codeOf(status, { kind: 'read' })).toBe('protocol');
    expect(codeOf(status, { kind: 'switched' })).toBe('protocol');
  });

  test.each([
    [404, 'the receiver answered 404 Not Found'],
    [400, 'the receiver answered 400 Bad Request'],
    [599, 'the receiver answered 599'],
    [302, 'the receiver answered 302 Found; redirects are not followed'],
    [399, 'the receiver answered 399; redirects are not followed'],
    [101, 'the receiver answered 101, which ends no HTTP request'],
  ])('answered %i says so in words', (status, message) => {
    expect(judge(status, { kind: 'read' })?.message).toBe(message);
  });

  test('that took too long says what was waited for, and how long', () => {
    expect(judge(null, { kind: 'deadline' })?.message).toBe(
      'waited for an answer until the 1000 ms were over',
    );
  });

  test('switched to another protocol is a breach of protocol whatever the status', () => {
    expect(codeOf(200, { kind: 'switched' })).toBe('protocol');
    expect(codeOf(null, { kind: 'switched' })).toBe('protocol');
  });
});
