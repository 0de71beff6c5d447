import { describe, expect, test } from '@jest/globals';
import { listAlerts, type ProblemError, previewRoute } from '@tocsin/contract';
import { createQueryReader } from './query.ts';

const readAlerts = createQueryReader(listAlerts.query);

function errorsOf(read: () => unknown) {
  try {
    read();
  } catch (error) {
    expect((error as ProblemError).code).toBe('invalid_request');
    return (error as ProblemError).errors;
  }
  return [];
}

describe('queries', () => {
  test('values and defaults come from the schema', () => {
    expect(readAlerts('/v1/alerts?limit=7&q=a%20b+c&severity=HIGH')).toEqual({
      limit: 7,
      q: 'a b c',
      severity: ['HIGH'],
    });
    expect(readAlerts('/v1/alerts')).toEqual({ limit: 50 });
    expect(readAlerts('/v1/alerts?')).toEqual({ limit: 50 });
  });

  test('a list may be repeated, or written with commas, or both', () => {
    expect(readAlerts('/?severity=HIGH&severity=LOW,INFO')).toMatchObject({
      severity: ['HIGH', 'LOW', 'INFO'],
    });
  });

  test('an unknown parameter is named, so that a filter with a typo does not show everything', () => {
    expect(errorsOf(() => readAlerts('/?severty=HIGH&limit=5'))).toEqual([
      { path: 'severty', message: 'is not a parameter of this endpoint' },
    ]);
    expect(errorsOf(() => createQueryReader(undefined)('/?a=1'))).toEqual([
      { path: 'a', message: 'is not a parameter of this endpoint' },
    ]);
  });

  test('a single value given twice is named', () => {
    expect(errorsOf(() => readAlerts('/?limit=1&limit=2'))).toEqual([
      { path: 'limit', message: 'must be given once' },
    ]);
    expect(errorsOf(() => createQueryReader(previewRoute.query)('/?explain=true&explain=true'))).toEqual([
      { path: 'explain', message: 'must be given once' },
    ]);
  });

  test('every fault is named at once', () => {
    const paths = errorsOf(() => readAlerts('/?x=1&limit=0&limit=1&since=yesterday&severity=WARM'))?.map(
      ({ path }) => path,
    );
    const parameters = new Set(paths?.map((path) => path.replace(/\[\d+\]$/, '')));
    expect([...parameters]).toEqual(['x', 'limit', 'since', 'severity']);
  });

  test.each(['__proto__', 'constructor', 'toString', 'q[a]', 'q[]', 'limit.x'])(
    'a parameter called %s is unknown like any other',
    (name) => {
      expect(errorsOf(() => readAlerts(`/?${name}=1`))?.[0]?.path).toBe(name);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  test('many unknown parameters give a short answer', () => {
    const query = Array.from({ length: 1_000 }, (_, index) => `p${index}=1`).join('&');
    expect(errorsOf(() => readAlerts(`/?${query}`))).toHaveLength(20);
  });

  test('a broken escape is taken as it is written', () => {
    expect(readAlerts('/?q=%zz')).toMatchObject({ q: '%zz' });
  });
});
