import { describe, expect, test } from '@jest/globals';
import { renderFields, renderTable } from './table.ts';

const columns = [{ head: 'N', align: 'right' as const }, { head: 'TITLE', flexible: true }, { head: 'ID' }];
const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

describe('a table', () => {
  test('lines up its columns, wide characters too, and ends no line in blanks', () => {
    const rows = [
      ['1', '日本', 'a'],
      ['1,000', 'x', ''],
    ];
    expect(renderTable({ columns, rows, width: Number.POSITIVE_INFINITY, paintHead: String })).toEqual([
      '    N  TITLE  ID',
      '    1  日本   a',
      '1,000  x',
    ]);
  });

  test('cuts only the flexible column, and only where it is too wide for the terminal', () => {
    const rows = [['1', 'a title that goes on and on and on', 'id-1']];
    const [, wide] = renderTable({ columns, rows, width: 80, paintHead: String });
    expect(wide).toBe('1  a title that goes on and on and on  id-1');
    const [, narrow] = renderTable({ columns, rows, width: 30, paintHead: String });
    expect(narrow).toBe('1  a title that goes on…  id-1');
    expect(narrow?.length).toBeLessThanOrEqual(30);
  });

  test('is as wide with colours as without', () => {
    const rows = [['1', { text: 'bad', paint: red }, 'a']];
    const [head, line] = renderTable({ columns, rows, width: 80, paintHead: red });
    expect(line).toBe(`1  ${red('bad')}    a`);
    expect(head).toBe(`${red('N')}  ${red('TITLE')}  ${red('ID')}`);
  });

  test('neutralises control characters in cells, painted ones too', () => {
    const rows = [['1', { text: 'a\u001b[2Jb', paint: red }, 'x\ny']];
    const text = renderTable({ columns, rows, width: 80, paintHead: String }).join('\n');
    expect(text).toContain('a\\u001b[2Jb');
    expect(text).toContain('x\\ny');
  });
});

test('fields line up, and one without a value is left out', () => {
  expect(
    renderFields(
      [
        ['Id', 'a\u0007'],
        ['Version', null],
        ['Severity', { text: 'HIGH', paint: red }],
      ],
      String,
    ),
  ).toEqual(['Id        a\\u0007', `Severity  ${red('HIGH')}`]);
});
