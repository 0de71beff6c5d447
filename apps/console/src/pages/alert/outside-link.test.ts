import { expect, test } from '@jest/globals';
import { outsideLink } from './outside-link.ts';

const from = (link: string) => outsideLink(link, 'a-1', 'https://tocsin.example');

test.each([
  'https://siem.example/alerts/a-1',
  'http://siem.example/x?y=1',
  'https://tocsin.example/alerts/a-2',
])('%s is a way out', (link) => expect(from(link)).toBe(link));

test.each([
  '',
  'not a link',
  '/alerts/7',
  'javascript:alert(1)',
  ' java\nscript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'https://tocsin.example/alerts/a-1',
  'https://tocsin.example:443/alerts/a-1#x',
])('%p is none', (link) => expect(from(link)).toBeNull());

test('the page on one’s own machine is the same page under another name', () => {
  expect(outsideLink('http://127.0.0.1:8080/alerts/a-1', 'a-1', 'http://localhost:8080')).toBeNull();
  expect(outsideLink('http://127.0.0.1:9090/alerts/a-1', 'a-1', 'http://localhost:8080')).not.toBeNull();
  expect(outsideLink('http://siem.example:8080/alerts/a-1', 'a-1', 'http://localhost:8080')).not.toBeNull();
});
