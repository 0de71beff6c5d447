import { expect, test } from '@jest/globals';
import { type DatabaseFacts, unfitnessOf } from './fit-database.ts';

const FIT: DatabaseFacts = {
  version: 150_018,
  encoding: 'UTF8',
  isStandby: false,
  schema: 'public',
  searchPath: 'public',
};

test('a database of a known version that holds all text and takes changes is fit', () => {
  expect(unfitnessOf(FIT)).toBeNull();
  expect(unfitnessOf({ ...FIT, version: 180_000 })).toBeNull();
});

test.each([
  [{ version: 140_020 }, 'version 14; Tocsin needs 15'],
  [{ version: 90_624 }, 'version 9; Tocsin needs 15'],
  [{ encoding: 'LATIN1' }, 'encoding is LATIN1'],
  [{ encoding: 'SQL_ASCII' }, 'encoding is SQL_ASCII'],
  [{ isStandby: true }, 'standby'],
  [{ schema: null, searchPath: 'gone' }, 'no schema gone'],
])('a database of which %j holds is not', (facts, reason) => {
  expect(unfitnessOf({ ...FIT, ...facts })).toContain(reason);
});
