import { describe, expect, test } from '@jest/globals';
import { ApiProblem, mayRetry, messageOf, problemOf } from './problem.ts';

describe('an answer that is no success', () => {
  test('is read as the problem document that it holds', () => {
    const problem = problemOf(
      { status: 409 },
      {
        code: 'display_name_taken',
        title: 'The display name is taken',
        detail: 'Choose another.',
        errors: [],
      },
    );
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({ status: 409, code: 'display_name_taken', message: 'Choose another.' });
    expect(messageOf(problem)).toEqual({ title: 'The display name is taken', detail: 'Choose another.' });
  });

  test.each([undefined, '<html>', null, 7])('is a problem too when it holds %p', (body) => {
    expect(problemOf({ status: 502 }, body)).toMatchObject({
      status: 502,
      code: 'unexpected_answer',
      errors: [],
    });
  });

  test('that never came says so', () => {
    expect(problemOf(null, undefined)).toMatchObject({ status: 0, code: 'unreachable' });
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
  expect(mayRetry(problemOf(status === 0 ? null : { status }, {}))).toBe(may);
});
