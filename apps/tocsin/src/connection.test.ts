import { expect, test } from '@jest/globals';
import { isLoopbackUrl } from './connection.ts';

test.each([
  ['http://127.0.0.1:8080', true],
  ['http://localhost/x', true],
  ['http://[::1]:1', true],
  ['http://127.1.2.3', true],
  ['http://2130706433', true],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
  ['https://tocsin.example.com', false],
  ['nonsense', false],
])('%s on this machine: %s', (url, is) => expect(isLoopbackUrl(url)).toBe(is));
