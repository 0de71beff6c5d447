import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { ATTEMPT_ERROR_CODES } from '@tocsin/contract';
import { ATTEMPT_ERROR_MEANINGS, adviceFor } from './attempt-errors.ts';

const DOCUMENT = new URL('../../../../../docs/errors.md', import.meta.url);

/** The texts that the document has for a code, typeset as on the page. */
function row(document: string, code: string): string[] {
  const [, section = ''] = document.split('\n## Failed attempts\n');
  const line = section.split('\n').find((text) => text.startsWith(`| \`${code}\` |`)) ?? '';
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim().replaceAll('`', '').replaceAll("'", '’'));
}

test('every code means what docs/errors.md says, and the page knows no other', async () => {
  const document = await readFile(DOCUMENT, 'utf8');
  const documented = ATTEMPT_ERROR_CODES.map((code) => [code, row(document, code)[0]]);
  expect(ATTEMPT_ERROR_MEANINGS).toEqual(Object.fromEntries(documented));
});

test('there is something to do about every code', () => {
  for (const code of ATTEMPT_ERROR_CODES) expect(adviceFor(code, null)).toMatch(/\w.*\.$/);
});

test.each([
  [301, /redirects to/],
  [401, /headers/],
  [403, /headers/],
  [404, /URL/],
  [405, /no POST/],
  [422, /may say why/],
  [429, /too many/],
  [503, /its log/],
])('the advice about a status %d fits it', (status, text) => {
  expect(adviceFor('http_status', status)).toMatch(text);
});
