import { expect, test } from '@jest/globals';
import { BENCHMARK_CASES } from '../../benchmark/cases.ts';
import { putTable } from '../../harness/verdict/write-table.ts';
import { readRepositoryFile } from '../sources.ts';

const document = readRepositoryFile('docs/performance.md');

test('the document names every case, and its ids', () => {
  const table = document.split('| case | measures |')[1]?.split('\n\n')[0] ?? '';
  const named = [...table.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);
  const there = BENCHMARK_CASES.flatMap(({ name, claims }) => [name, ...claims.map(({ id }) => id)]);
  expect([...new Set(named)].sort()).toEqual([...new Set(there)].sort());
});

test('cases and parts have names of their own', () => {
  const names = BENCHMARK_CASES.map(({ name }) => name);
  const parts = BENCHMARK_CASES.flatMap(({ claims }) => claims.map(({ id, part }) => `${id}/${part}`));
  for (const all of [names, parts]) expect(new Set(all).size).toBe(all.length);
});

test('the table of the latest run has its place', () => {
  expect(putTable(document, 'benchmark', 'a table')).toContain('\na table\n');
});
