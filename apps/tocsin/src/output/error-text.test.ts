import { describe, expect, test } from '@jest/globals';
import { errorText } from './error-text.ts';

describe('the text of an error', () => {
  test('is its message, without a stack', () => expect(errorText(new RangeError('too far'))).toBe('too far'));

  test('is that of all it stands for, each once, where it has none itself', () => {
    const refused = (address: string) => new Error(`connect ECONNREFUSED ${address}`);
    const errors = [refused('::1:5432'), refused('127.0.0.1:5432'), refused('127.0.0.1:5432')];
    expect(errorText(new AggregateError(errors))).toBe(
      'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
    );
  });

  test('is its code or its name where it says nothing', () => {
    expect(errorText(Object.assign(new Error(''), { code: 'ETIMEDOUT' }))).toBe('ETIMEDOUT');
    expect(errorText(new TypeError(''))).toBe('TypeError');
  });

  test('of what is no error is what it is', () => expect(errorText('just so')).toBe('just so'));
});
