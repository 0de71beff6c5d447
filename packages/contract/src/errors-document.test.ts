import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ATTEMPT_ERROR_CODES, PROBLEMS } from './index.ts';

const document = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');

type Row = Record<string, string>;

/** The rows of the tables under a heading, by the names of their columns. */
function tablesUnder(heading: string): Row[][] {
  const [, section = ''] = document.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  const blocks = own.split(/\n{2,}/).map((block) => block.split('\n').filter((line) => line.startsWith('|')));
  return blocks.filter((lines) => lines.length > 2).map(readTable);
}

function readTable([head = '', , ...lines]: string[]): Row[] {
  const cells = (line: string) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
  const names = cells(head);
  return lines.map((line) =>
    Object.fromEntries(cells(line).map((cell, place) => [names[place] ?? '?', cell])),
  );
}

const isFilled = (row: Row) => Object.values(row).every((cell) => cell !== '');

describe('docs/errors.md', () => {
  test('has every problem with its status, title and meaning, in the catalogue’s order, and no other', () => {
    const tables = tablesUnder('Problems of a request');
    expect(tables).toHaveLength(1);
    const rows = tables.flat();
    expect(rows.map(({ 'what to do': _, ...row }) => row)).toEqual(
      Object.entries(PROBLEMS).map(([code, { status, title, help }]) => ({
        code: `\`${code}\``,
        status: String(status),
        title,
        meaning: help,
      })),
    );
    expect(rows.every(isFilled)).toBe(true);
  });

  test('has every code of a failed attempt, `expired` for a delivery, and no other', () => {
    const rows = tablesUnder('Failed attempts').flat();
    expect(rows.map(({ code }) => code)).toEqual(
      [...ATTEMPT_ERROR_CODES, 'expired'].map((code) => `\`${code}\``),
    );
    expect(rows.every(isFilled)).toBe(true);
  });
});
