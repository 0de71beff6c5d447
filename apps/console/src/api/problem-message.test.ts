import { describe, expect, test } from '@jest/globals';
import { ApiProblem, describeError, faultOf, mayRetry, summaryOf, toApiProblem } from './problem-message.ts';

const answered = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers(headers),
});

describe('an answer that is no success', () => {
  test('is read as the problem document that it holds', () => {
    const problem = toApiProblem(answered(409), {
      code: 'display_name_taken',
      title: 'The display name is taken',
      detail: 'Choose another.',
      errors: [],
    });
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({ status: 409, code: 'display_name_taken', message: 'Choose another.' });
    expect(describeError(problem)).toEqual({
      title: 'The display name is taken',
      detail: 'Choose another.',
      faults: [],
    });
  });

  test.each([undefined, '<html>', null, 7])('is a problem too when it holds %p', (body) => {
    expect(toApiProblem(answered(502), body)).toMatchObject({
      status: 502,
      code: 'unexpected_answer',
      errors: [],
    });
  });

  test('that never came says so', () => {
    expect(toApiProblem(null, undefined)).toMatchObject({ status: 0, code: 'unreachable' });
  });
});

test.each([
  [0, true],
  [400, false],
  [403, false],
  [404, false],
  [429, true],
  [503, true],
])('an answer %d may be asked for again: %p', (status, may) => {
  expect(mayRetry(toApiProblem(status === 0 ? null : answered(status), {}))).toBe(may);
});

describe('a wait that an answer asks for', () => {
  const now = Date.parse('2026-07-01T00:00:00Z');
  const detailOf = (detail: string, retryAfter?: string) =>
    toApiProblem(
      answered(429, retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
      { detail },
      now,
    ).message;

  test.each(['3', 'Wed, 01 Jul 2026 00:00:03 GMT'])('is said in words: %s', (retryAfter) => {
    expect(detailOf('Too many attempts to sign in.', retryAfter)).toBe(
      'Too many attempts to sign in. Try again in 3 s.',
    );
  });

  test.each([
    ['0', '1 s'],
    ['119', '119 s'],
    ['121', '3 min'],
    ['7201', '3 h'],
  ])('of %s seconds is %s', (seconds, words) => {
    expect(detailOf('Full.', seconds)).toBe(`Full. Try again in ${words}.`);
  });

  test.each([undefined, '-1', 'soon', '99999999'])('of %p says no time', (retryAfter) => {
    expect(detailOf('Full.', retryAfter)).toBe('Full.');
  });
});

describe('faults of a request', () => {
  const problem = toApiProblem(answered(400), {
    title: 'The request is invalid',
    detail: 'The body is invalid.',
    errors: [
      { path: 'nameless', message: 'is not known' },
      { path: 'scopes[1]', message: 'must be a scope' },
      { path: 'q', message: 'holds no letter and no digit' },
    ],
  });

  test.each([
    ['q', 'Holds no letter and no digit.'],
    ['scopes', 'Must be a scope.'],
    ['name', null],
  ])('of the field %s: %s', (field, words) => expect(faultOf(problem, field)).toBe(words));

  test('are none where there was no answer', () => expect(faultOf(new Error('no'), 'q')).toBeNull());

  test('are all in the summary, each with its place', () => {
    expect(summaryOf(problem)).toEqual({
      title: 'The request is invalid',
      message:
        'The body is invalid. nameless is not known. scopes[1] must be a scope. q holds no letter and no digit.',
    });
  });
});
