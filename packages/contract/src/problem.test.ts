import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  fieldErrorsOf,
  formatPath,
  PROBLEMS,
  type ProblemCode,
  ProblemError,
  problemDocument,
  problemSchema,
} from './problem.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

describe('the catalogue', () => {
  test.each(CODES)('%s is a code of an HTTP error with a title and help', (code) => {
    const { status, title, help } = PROBLEMS[code];
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(help).toMatch(/^[A-Z`].*\.$/);
  });

  test.each(CODES)('%s makes a document of RFC 9457', (code) => {
    const document = problemDocument(new ProblemError(code));
    expect(problemSchema.parse(document)).toEqual({
      type: `urn:tocsin:problem:${code}`,
      title: PROBLEMS[code].title,
      status: PROBLEMS[code].status,
      detail: PROBLEMS[code].help,
      code,
    });
  });
});

test('what is for the log never gets into the document', () => {
  const error = new ProblemError('unavailable', {
    detail: 'for the caller',
    internal: 'for the log',
    cause: new Error('password=hunter2'),
    errors: [{ path: 'a', message: 'b' }],
    retryAfterSeconds: 2,
  });
  expect(error.message).toBe('for the log');
  expect(error.cause).toEqual(new Error('password=hunter2'));
  expect(problemDocument(error)).toEqual({
    type: 'urn:tocsin:problem:unavailable',
    title: PROBLEMS.unavailable.title,
    status: 503,
    detail: 'for the caller',
    code: 'unavailable',
    errors: [{ path: 'a', message: 'b' }],
  });
});

describe('paths', () => {
  test.each<[PropertyKey[], string]>([
    [[], ''],
    [['url'], 'url'],
    [['headers', 2, 'name'], 'headers[2].name'],
    [[0], '[0]'],
    [[3, 'tags', 1], '[3].tags[1]'],
    [['a', 0, 1], 'a[0][1]'],
    [['a', '0'], 'a.0'],
    [[Symbol('s')], 'Symbol(s)'],
  ])('%p is written %s', (path, text) => expect(formatPath(path)).toBe(text));
});

describe('field errors', () => {
  const schema = z.object({ list: z.array(z.string()) });
  const errorOf = (value: unknown) => schema.safeParse(value).error as z.ZodError;

  test('name the place, behind a prefix where there is one', () => {
    const error = errorOf({ list: ['a', 1] });
    expect(fieldErrorsOf(error)).toEqual([{ path: 'list[1]', message: expect.any(String) }]);
    expect(fieldErrorsOf(error, [4])).toEqual([{ path: '[4].list[1]', message: expect.any(String) }]);
  });

  test('are 20 at most', () => {
    const error = errorOf({ list: Array(100).fill(1) });
    expect(error.issues).toHaveLength(100);
    expect(fieldErrorsOf(error).at(-1)?.path).toBe('list[19]');
  });

  test.each([
    [19, 'The body is invalid.'],
    [20, 'The body is invalid. Only the first 20 faults are listed; there may be more.'],
  ])('that are %p make the detail "%s"', (count, detail) => {
    const errors = Array(count).fill({ path: 'a', message: 'b' });
    expect(
      problemDocument(new ProblemError('invalid_request', { detail: 'The body is invalid.', errors })),
    ).toMatchObject({
      detail,
    });
  });
});
