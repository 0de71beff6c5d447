import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { findTests } from './find-tests.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const ROWS = readFileSync(path.join(ROOT, 'SECURITY.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat'));

/** Tests as the table names them: [`file`](file) › “the name, or its beginning as the code has it” (needs a program). */
const HELD_BY = /\[`([^`]+)`\]\(\1\) › “([^”]+)”(?: \(needs ([\w-]+)\))?/g;

function faultOf(file: string, name: string, needs: string | undefined): string | null {
  const named = findTests(readFileSync(path.join(ROOT, file), 'utf8')).filter(({ title }) =>
    title.startsWith(name),
  );
  if (named.length === 0) return `${file} has no test “${name}”`;
  if (named.every(({ isAlwaysRun }) => isAlwaysRun) === (needs === undefined)) return null;
  return needs === undefined ? `${file} may leave out “${name}”` : `${file} needs no ${needs} for “${name}”`;
}

test('each threat of SECURITY.md is held by a test that is there, under its name, and that is not left out unsaid', () => {
  expect(ROWS.length).toBeGreaterThan(20);
  const faults = ROWS.flatMap((row) => {
    const tests = [...row.matchAll(HELD_BY)];
    return tests.length === 0
      ? [`no test holds: ${row}`]
      : tests.flatMap(([, file = '', name = '', needs]) => faultOf(file, name, needs) ?? []);
  });
  expect(faults).toEqual([]);
});

test('a test that is left out on some machines is known by how it is written', () => {
  const source = `
    test('plain', () => {});
    describe.each([1])('with rows', () => { test.each([2])('in them', () => { f('no test', () => {}); }); });
    describe('in part', () => { test('always', () => {}); testWithNginx('sometimes', () => {}); });
    (isThere ? describe : describe.skip)('in all', () => { test('within', () => {}); });
    test.skip(\`never\`, () => {});
    testWhen(test, isThere, 'why')('on a condition', () => {});`;
  const found = findTests(source);
  const skipped = found.filter(({ isAlwaysRun }) => !isAlwaysRun).map(({ title }) => title);
  expect(skipped).toEqual(['in part', 'sometimes', 'in all', 'within', 'never', 'on a condition']);
  expect(found.map(({ title }) => title)).toEqual(
    expect.arrayContaining(['plain', 'with rows', 'in them', 'always']),
  );
});
