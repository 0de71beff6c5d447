import { renderTable } from '../../src/output/table.ts';
import type { Machine } from '../machine.ts';
import type { PartVerdict } from './judge.ts';

const DIGITS = 2;

export const machineText = ({ cores, cpu, memoryGib, node }: Machine) =>
  `${cores} × ${cpu}, ${memoryGib} GiB, Node ${node}`;

/** A figure with as many digits as say something. */
export function figureText(figure: number | null): string {
  if (figure === null) return '–';
  if (!Number.isFinite(figure)) return Number.isNaN(figure) ? 'none' : '∞';
  return Number.isInteger(figure) ? `${figure}` : figure.toFixed(DIGITS);
}

export const targetText = ({ target, isLeast, unit }: PartVerdict) =>
  target === null ? unit : `${isLeast === true ? '≥' : '≤'} ${figureText(target)} ${unit}`;

export function metText({ met, figure }: Pick<PartVerdict, 'met' | 'figure'>): string {
  if (met === null) return figure === null ? 'not run' : 'shown';
  return met ? 'met' : 'NOT MET';
}

/** One line for each part of a claim. */
export function verdictTable(parts: readonly PartVerdict[], width: number): string[] {
  const hasStrikes = parts.some(({ struck }) => struck !== null);
  const right = { align: 'right' as const };
  return renderTable({
    columns: [
      ...[{ head: 'ID' }, { head: 'PART' }, { head: 'FIGURE', ...right }, { head: 'TARGET' }],
      ...(hasStrikes ? [{ head: 'STRUCK', ...right }] : []),
      ...[{ head: 'VERDICT' }, { head: 'WHY', flexible: true }],
    ],
    rows: parts.map((one) => [
      ...[one.id, one.part, figureText(one.figure), targetText(one)],
      ...(hasStrikes ? [`${one.struck ?? 0}`] : []),
      ...[metText(one), one.reasons.join('; ')],
    ]),
    width,
    paintHead: (text) => text,
  });
}
