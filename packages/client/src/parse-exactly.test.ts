import { expect, test } from '@jest/globals';
import { parseExactly } from './parse-exactly.ts';

test.each([
  '{"n":18446744073709551615}',
  '[1e999,-1e999]',
  '{"a":0.1234567890123456789}',
  '1.0000000000000001',
])('%s is written as it was read', (text) => {
  expect(JSON.stringify(parseExactly(text))).toBe(text);
});

test('what a double holds is a number, whole ones and others', () => {
  expect(parseExactly('{"a":1,"b":[2.5,-3e-7,123456789012345,0.30000000000000004],"c":"1e999"}')).toEqual({
    a: 1,
    b: [2.5, -3e-7, 123456789012345, 0.30000000000000004],
    c: '1e999',
  });
});
