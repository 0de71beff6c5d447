import { expect, test } from '@jest/globals';
import { createBoundedNames, OTHER } from './bounded-names.ts';

test('so many names stand for themselves, and a later one once another has been idle for long enough', () => {
  let nowMs = 0;
  const dropped: string[] = [];
  const names = createBoundedNames({
    max: 2,
    idleMs: 100,
    onDropped: (name) => dropped.push(name),
    now: () => nowMs,
  });
  const ask = (...asked: string[]) => asked.map((name) => names.nameFor(name));
  expect(ask('a', 'b', 'c', 'a', 'b')).toEqual(['a', 'b', OTHER, 'a', 'b']);
  nowMs = 60;
  expect(ask('a')).toEqual(['a']);
  nowMs = 99;
  expect(ask('c')).toEqual([OTHER]);
  nowMs = 100;
  expect(ask('c')).toEqual(['c']);
  expect(dropped).toEqual(['b']);
  expect(ask('a', 'b', 'c')).toEqual(['a', OTHER, 'c']);
});
