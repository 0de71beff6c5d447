import { expect, test } from '@jest/globals';
import { isSameReceiver } from './receiver.ts';

test.each([
  ['https://pager.example/in', 'https://pager.example/in', true],
  ['https://pager.example/in', ' HTTPS://Pager.example:443/x/../in?token=1#f ', true],
  ['https://pager.example/in', 'https://pager.example/in/', false],
  ['https://pager.example/in', 'http://pager.example/in', false],
  ['https://pager.example/in', 'https://pager.example:8443/in', false],
  ['https://pager.example/in', '', false],
  ['', '', true],
])('%s and %s', (a, b, expected) => expect(isSameReceiver(a, b)).toBe(expected));
