import Table from 'cli-table3';
import { printable } from './printable.ts';

/** A cell: its text, and how to colour it. Widths are measured without colours. */
export type Cell = string | { text: string; paint: (text: string) => string };

interface Column {
  head: string;
  align?: 'left' | 'right';
  /** This column is cut if the table is wider than the terminal. */
  flexible?: boolean;
}

export interface TableOptions {
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  /** Columns of the terminal; may be infinite. */
  width: number;
  paintHead: (text: string) => string;
}

const GAP = '  ';
const FLEXIBLE_WIDTH_MIN = 16;
const NO_BORDERS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((name) => [name, '']),
);

function textOf(cell: Cell): string {
  return printable(typeof cell === 'string' ? cell : cell.text);
}

function draw(rows: string[][], columns: readonly Column[], colWidths: (number | null)[]) {
  const table = new Table({
    chars: { ...NO_BORDERS, middle: GAP },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map((column) => column.align ?? 'left'),
    colWidths: [...colWidths],
  });
  table.push(...rows);
  const text = table.toString();
  // Drawing the table fills in the widths that are null.
  return { text, widths: table.options.colWidths as number[] };
}

/** The width of each column; the flexible one is narrowed to fit, null means as wide as its text. */
function fitWidths(options: TableOptions, texts: string[][]): (number | null)[] {
  const { columns, width } = options;
  const open = columns.map(() => null);
  const flexible = columns.findIndex((column) => column.flexible);
  if (flexible === -1 || !Number.isFinite(width)) return open;
  const { widths } = draw(texts, columns, open);
  const total = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (columns.length - 1);
  if (total <= width) return open;
  const room = (widths[flexible] ?? 0) - (total - width);
  return columns.map((_, index) => (index === flexible ? Math.max(FLEXIBLE_WIDTH_MIN, room) : null));
}

/**
 * A table without lines, as `ps` and `kubectl` draw them. Control characters in cells are neutralised.
 *
 * @returns its lines, the heads first
 */
export function renderTable(options: TableOptions): string[] {
  const { columns, rows, paintHead } = options;
  const plain = [columns.map((column) => column.head), ...rows.map((row) => row.map(textOf))];
  const painted = [
    columns.map((column) => paintHead(column.head)),
    ...rows.map((row) =>
      row.map((cell) => (typeof cell === 'string' ? printable(cell) : cell.paint(textOf(cell)))),
    ),
  ];
  return draw(painted, columns, fitWidths(options, plain))
    .text.split('\n')
    .map((line) => line.trimEnd());
}

/** Names and values under each other, the values in line; rows without a value are left out. */
export function renderFields(
  fields: readonly (readonly [name: string, value: Cell | null])[],
  paintName: (text: string) => string,
): string[] {
  const shown = fields.filter((field): field is readonly [string, Cell] => field[1] !== null);
  const nameWidth = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => {
    const text = typeof value === 'string' ? printable(value) : value.paint(textOf(value));
    return `${paintName(name.padEnd(nameWidth))}  ${text}`.trimEnd();
  });
}
