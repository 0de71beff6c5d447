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
  ['/.//evil.example', '/'],
  ['/a/..//evil.example', '/'],
  ['/%2e//evil.example', '/'],
  ['/./\\evil.example', '/'],
  ['/a\\b', '/'],
  ['/%5Cevil.example', '/'],
  ['/%2F/evil.example', '/'],
  ['/%2Fevil.example', '/'],
  ['/%252Fevil.example', '/'],
  ['/%25252525252Fevil.example', '/'],
  ['/%0d%0aSet-Cookie:x', '/'],
  ['/%09/evil.example', '/'],
  ['/%E0%A4%A', '/'],
  ['/\u0085/evil.example', '/'],
  ['/alerts/siem%3A4711?q=a%0Ab%5C#top', '/alerts/siem%3A4711?q=a%0Ab%5C#top'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/login?next=/login', '/'],
])('after signing in, %p leads to %s', (next, path) => {
  expect(pathOnThisOrigin(next)).toBe(path);
});
