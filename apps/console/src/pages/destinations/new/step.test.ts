import { expect, test } from '@jest/globals';
import { type Step, stepOf, stepPath } from './step.ts';

test.each<[string, Step]>([
  ['', { name: 'type' }],
  ['type=fax', { name: 'type' }],
  ['from=', { name: 'type' }],
  ['type=webhook', { name: 'form', fromId: null }],
  ['from=abc', { name: 'form', fromId: 'abc' }],
  ['type=webhook&from=abc', { name: 'form', fromId: 'abc' }],
  ['added=abc', { name: 'added', id: 'abc' }],
])('?%s is the step %j', (search, step) => expect(stepOf(new URLSearchParams(search))).toEqual(step));

test.each<Step>([
  { name: 'type' },
  { name: 'form', fromId: null },
  { name: 'form', fromId: 'a&b' },
  { name: 'added', id: 'a&b' },
])('the path of %j leads to it', (step) => {
  expect(stepOf(new URL(stepPath(step), 'http://tocsin.invalid').searchParams)).toEqual(step);
});
