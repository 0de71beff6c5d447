import { describe, expect, test } from '@jest/globals';
import { parseRetryAfterSeconds, readProblem } from './read-problem.ts';

const now = Date.parse('2026-07-01T00:00:00Z');

describe('Retry-After', () => {
  test('is read as seconds and as a date', () => {
    expect(parseRetryAfterSeconds('7', now)).toBe(7);
    expect(parseRetryAfterSeconds('Wed, 01 Jul 2026 00:01:30 GMT', now)).toBe(90);
    expect(parseRetryAfterSeconds('Wed, 01 Jul 2020 00:01:30 GMT', now)).toBe(0);
  });

  test('counts as absent where it cannot be read', () => {
    expect(parseRetryAfterSeconds(null, now)).toBeUndefined();
    expect(parseRetryAfterSeconds('soon', now)).toBeUndefined();
    expect(parseRetryAfterSeconds('-3', now)).not.toBe(-3);
  });
});

describe('an answer that is no success', () => {
  test('becomes an error with the fields of its problem document', () => {
    const response = new Response(null, {
      status: 429,
      headers: { 'retry-after': '2', 'x-request-id': 'r-1' },
    });
    const body = {
      type: 'urn:tocsin:problem:rate_limited',
      title: 'Too many requests',
      status: 429,
      detail: 'Slow down.',
      code: 'rate_limited',
      errors: [{ path: 'a', message: 'b' }],
    };
    expect(readProblem(response, JSON.stringify(body), now)).toMatchObject({
      name: 'ApiError',
      status: 429,
      code: 'rate_limited',
      detail: 'Slow down.',
      errors: [{ path: 'a', message: 'b' }],
      retryAfterSeconds: 2,
      requestId: 'r-1',
    });
  });

  test('keeps a code that this client does not know', () => {
    const body = JSON.stringify({ status: 418, detail: 'No.', code: 'teapot' });
    expect(readProblem(new Response(null, { status: 418 }), body, now)).toMatchObject({ code: 'teapot' });
  });

  test('shows the beginning of anything else', () => {
    const error = readProblem(
      new Response(null, { status: 502 }),
      `<h1>Bad\n gateway</h1>${'x'.repeat(999)}`,
      now,
    );
    expect(error).toMatchObject({ code: 'unexpected_answer', status: 502 });
    expect(error.detail).toContain('<h1>Bad gateway</h1>xxx');
    expect(error.detail.length).toBeLessThan(300);
  });

  test('of 404 names the path of the server address, which may be its cause', () => {
    const body = JSON.stringify({ status: 404, detail: 'No such alert.', code: 'not_found' });
    const read = (prefix?: string) =>
      readProblem(new Response(null, { status: 404 }), body, now, prefix).detail;
    expect(read('/alerts')).toBe('No such alert. The server address has a path, /alerts: is that right?');
    expect(read()).toBe('No such alert.');
  });

  test.each([
    '<center>The plain HTTP request was sent to HTTPS port</center>',
    'Client sent an HTTP request to an HTTPS server.\n',
    "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
  ])('says that the port is for TLS: %s', (body) => {
    expect(readProblem(new Response(null, { status: 400 }), body, now).detail).toContain(
      'begin its address with https://',
    );
  });

  test('names where a redirect points', () => {
    const response = new Response(null, { status: 308, headers: { location: 'https://other.example/' } });
    expect(readProblem(response, '', now).detail).toContain('redirect to https://other.example/');
  });
});
