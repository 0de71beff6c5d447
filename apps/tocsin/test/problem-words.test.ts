import { expect, test } from '@jest/globals';
import { sources } from './sources.ts';

/** Sentences: texts with a space in them, and so not the header's name where it is set or read. */
const STRINGS = /(['`])(?:\\.|(?!\1)[^\\\n])* (?:\\.|(?!\1)[^\\\n])*\1/g;
const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

test('no sentence of an answer names the header that says how long to wait: programs read it, and a person cannot', () => {
  const all = sources().flatMap(({ file, text }) =>
    [...withoutComments(text).matchAll(STRINGS)].map(([sentence]) => ({ file, sentence })),
  );
  expect(all.length).toBeGreaterThan(500);
  const named = all.filter(({ sentence }) => /retry-after/i.test(sentence));
  expect(named).toEqual([]);
});
