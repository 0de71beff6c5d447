import { renderTable } from '../../src/output/table.ts';
import type { PartVerdict } from './judge.ts';

const DIGITS = 2;

/** A figure with as many digits as say something. */
export function figureText(figure: number | null): string {
  if (figure === null) return '–';
  if (!Number.isFinite(figure)) return Number.isNaN(figure) ? 'none' : '∞';
  return Number.isInteger(figure) ? `${figure}` : figure.toFixed(DIGITS);
}

export const targetText = ({ target, isLeast, unit }: PartVerdict) =>
  `${isLeast === true ? '≥' : '≤'} ${figureText(target)} ${unit}`;

export const metText = ({ met }: Pick<PartVerdict, 'met'>) =>
  met === null ? 'not run' : met ? 'met' : 'NOT MET';

/** One line for each part of a claim. */
export function faultTable(parts: readonly PartVerdict[], width: number): string[] {
  return renderTable({
    columns: [
      ...[{ head: 'ID' }, { head: 'PART' }, { head: 'FIGURE', align: 'right' as const }, { head: 'TARGET' }],
      ...[{ head: 'STRUCK', align: 'right' as const }, { head: 'VERDICT' }, { head: 'WHY', flexible: true }],
    ],
    rows: parts.map((one) => [
      ...[one.id, one.part, figureText(one.figure), targetText(one), `${one.struck}`, metText(one)],
      one.reasons.join('; '),
    ]),
    width,
    paintHead: (text) => text,
  });
}
