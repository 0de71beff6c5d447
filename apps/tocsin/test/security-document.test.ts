import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const ROWS = readFileSync(path.join(ROOT, 'SECURITY.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat'));

/** Tests as the table names them: [`file`](file) › “the name, or its beginning as the code has it”. */
const HELD_BY = /\[`([^`]+)`\]\(\1\) › “([^”]+)”/g;

test('each threat of SECURITY.md is held by a test that is there, under its name', () => {
  expect(ROWS.length).toBeGreaterThan(20);
  for (const row of ROWS) {
    const tests = [...row.matchAll(HELD_BY)];
    if (tests.length === 0) throw new Error(`No test holds: ${row}`);
    for (const [, file = '', name = ''] of tests) {
      const source = readFileSync(path.join(ROOT, file), 'utf8');
      if (!source.includes(name)) throw new Error(`${file} has no test “${name}”`);
    }
  }
});
