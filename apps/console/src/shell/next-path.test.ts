import { expect, test } from '@jest/globals';
import { pathOnThisOrigin } from './next-path.ts';

test.each([
  ['/alerts?severity=HIGH', '/alerts?severity=HIGH'],
  ['/queues', '/queues'],
  [null, '/'],
  ['', '/'],
  ['//evil.example/a', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/login?next=/login', '/'],
])('after signing in, %p leads to %s', (next, path) => {
  expect(pathOnThisOrigin(next)).toBe(path);
});
