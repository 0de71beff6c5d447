import { expect, test } from '@jest/globals';
import { FAULT_CASES } from '../../faults/cases.ts';
import { putTable } from '../../harness/verdict/write-table.ts';
import { readRepositoryFile } from '../sources.ts';

const document = readRepositoryFile('docs/guarantees.md');
const claims = FAULT_CASES.flatMap((one) => one.claims);
const known = new Set(claims.flatMap(({ id, part }) => [id, `${id}/${part}`]));

/** The rows of the tables with this head: first and second cell. */
function rowsUnder(text: string, head: string): [string, string][] {
  const tables = text.split(`\n${head}\n`).slice(1);
  return tables.flatMap((table) =>
    (table.split('\n\n')[0] ?? '')
      .split('\n')
      .slice(1)
      .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')) as [string, string]),
  );
}

const rows = rowsUnder(document, '| promise | held by |');
const idsOf = (text: string) => [...text.matchAll(/`([A-Z]\d+(?:\/[\w.+-]+)?)`/g)].map(([, id = '']) => id);

test('every promise of the README says what holds it', () => {
  const promises = rowsUnder(readRepositoryFile('README.md'), '| promise | how |').map(
    ([promise]) => promise,
  );
  expect(promises.length).toBeGreaterThan(5);
  expect(promises.filter((promise) => !rows.some(([named]) => named === promise))).toEqual([]);
});

test('each promise is held by cases that there are, or by a test', () => {
  for (const [promise, by] of rows) {
    const isHeld = idsOf(by).length > 0 || by.includes('.test.ts`');
    expect([promise, isHeld]).toEqual([promise, true]);
  }
  expect(idsOf(document).filter((id) => !known.has(id))).toEqual([]);
});

test('each target has its place in the document', () => {
  const named = new Set(idsOf(document).map((id) => id.split('/')[0]));
  expect([...new Set(claims.map(({ id }) => id))].filter((id) => !named.has(id))).toEqual([]);
});

test('the table of the latest run has its place', () => {
  expect(putTable(document, 'faults', 'a table')).toContain('\na table\n');
});
