import { describe, expect, test } from '@jest/globals';
import { SEVERITIES } from '@tocsin/contract';
import { InvalidArgumentError } from 'commander';
import { destinationFields, mergeHeaders } from './destination-options.ts';
import { collect, listOf } from './parse-list.ts';
import { momentBefore } from './parse-moment.ts';
import { numberBetween } from './parse-number.ts';

describe('a number', () => {
  const whole = numberBetween({ min: 1, max: 10 });

  test('is taken within its range', () => {
    expect(whole('10')).toBe(10);
    expect(numberBetween({ min: 1, max: 5, fractions: true })('1.5')).toBe(1.5);
  });

  test.each(['0', '11', '1.5', '', 'x', '1e1', '0x2', ' '])('%j is refused', (text) => {
    expect(() => whole(text)).toThrow(InvalidArgumentError);
  });
});

describe('a list of words', () => {
  const parse = listOf(SEVERITIES);

  test('comes as a comma list or repeated, in any case, each once', () => {
    expect(parse('high, LOW', parse('high'))).toEqual(['HIGH', 'LOW']);
  });

  test('names the vocabulary where a word is not of it', () => {
    expect(() => parse('urgent')).toThrow(/CRITICAL, HIGH/);
  });

  test('of free text keeps commas', () => expect(collect('b,c', ['a'])).toEqual(['a', 'b,c']));
});

describe('a moment', () => {
  const parse = momentBefore(() => new Date('2026-07-02T00:00:00Z'));

  test.each([
    ['90m', '2026-07-01T22:30:00.000Z'],
    ['24h', '2026-07-01T00:00:00.000Z'],
    ['7d', '2026-06-25T00:00:00.000Z'],
    ['2026-07-01', '2026-07-01T00:00:00.000Z'],
    ['2026-07-01 08:00', '2026-07-01T08:00:00.000Z'],
    ['2026-07-01T08:00:00+02:00', '2026-07-01T06:00:00.000Z'],
  ])('%s is %s', (text, iso) => expect(parse(text)).toBe(iso));

  test.each(['yesterday', '', '2026-13-01', '5w', '99999999999999d'])('%j is refused', (text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });
});

describe('the settings of a destination', () => {
  test('are named as the API names them, and only what was given', () => {
    expect(destinationFields({ name: 'A', severity: [], retries: 3, rateLimit: 'none' })).toEqual({
      displayName: 'A',
      severities: [],
      retry: { maxRetries: 3 },
      rateLimitPerSecond: null,
    });
    expect(destinationFields({})).toEqual({});
  });

  test('keep the headers that are not named, whose values nobody can read', () => {
    const current = [{ name: 'X-A' }, { name: 'X-B' }, { name: 'X-C' }];
    expect(mergeHeaders(current, [{ name: 'x-b', value: 'new' }], ['X-C'])).toEqual([
      { name: 'X-A' },
      { name: 'x-b', value: 'new' },
    ]);
  });
});
