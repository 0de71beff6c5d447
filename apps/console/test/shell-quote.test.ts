import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { shellQuote } from '../src/format/shell-quote.ts';

test.each([
  ['nothing at all', ''],
  ['single quotes', "it's 'quoted'"],
  ['what a shell would expand', '$(id) `id` $HOME ~ * ! \\n "x" #'],
  ['new lines and tabs', 'one\ntwo\r\n\tthree\n'],
  ['more than ASCII', 'Zürich 東京 🚨 \u202Eabc'],
  ['options', '--help'],
])('a shell takes %s as they are', (_, text) => {
  const printed = execFileSync('/bin/sh', ['-c', `printf %s ${shellQuote(text)}`], { encoding: 'utf8' });
  expect(printed).toBe(text);
});
