import { renderTable } from '../src/output/table.ts';
import type { Verdict } from './verdict.ts';

const number = (value: number, digits = 0) => (Number.isFinite(value) ? value.toFixed(digits) : '∞');

function answersOf(answers: Verdict['answers']): string {
  const most = Object.entries(answers ?? {}).sort(([, a], [, b]) => b - a);
  return most.map(([answer, count]) => `${count} × ${answer}`).join(', ') || 'nothing';
}

/** One line for each attack. */
export function tableOf(verdicts: readonly Verdict[], width: number): string[] {
  const right = (head: string) => ({ head, align: 'right' as const });
  return renderTable({
    columns: [
      ...[
        { head: 'ATTACK' },
        right('KILLED'),
        right('SILENT MS'),
        right('INGEST P99'),
        right('DELIVERY P99'),
      ],
      ...[
        right('MEMORY'),
        { head: 'OF' },
        { head: 'VERDICT' },
        { head: 'THE ATTACKER WAS ANSWERED', flexible: true },
      ],
    ],
    rows: verdicts.map((one) => [
      ...[one.name, String(one.deaths), number(one.silenceMs), `${number(one.ingestRatio, 1)} ×`],
      ...[`${number(one.deliveryRatio, 1)} ×`, `${number(one.memoryShare * 100)} %`, one.fullest],
      ...[one.faults.join('; ') || 'holds', answersOf(one.answers)],
    ]),
    width,
    paintHead: (text) => text,
  });
}
