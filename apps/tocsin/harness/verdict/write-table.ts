import { readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from '../../harness/machine.ts';
import type { PartVerdict } from './judge.ts';
import { figureText, machineText, metText, targetText } from './report.ts';

/** The table of a run as Markdown. */
export function markdownTable({
  machine,
  seed,
  parts,
}: {
  machine: Machine;
  seed: number;
  parts: readonly PartVerdict[];
}): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const hasStrikes = parts.some(({ struck }) => struck !== null);
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [
    `${machineText(machine)}, seed ${seed}.`,
    '',
    row(['case', 'must hold', 'figure', 'target', ...(hasStrikes ? ['struck'] : []), 'verdict']),
    `|---|---|--:|---|${hasStrikes ? '--:|' : ''}---|`,
    ...parts.map((one) => {
      const verdict = one.reasons.length === 0 ? metText(one) : `${metText(one)}: ${one.reasons.join('; ')}`;
      return row([
        ...[`\`${one.id}/${one.part}\``, one.promise, figureText(one.figure), targetText(one)],
        ...(hasStrikes ? [`${one.struck ?? 0}`] : []),
        verdict,
      ]);
    }),
  ].join('\n');
}

/**
 * Puts a table between the marks of a document.
 *
 * @param name - of the marks, as `faults`
 * @throws Error where the document has no such marks
 */
export function putTable(document: string, name: string, table: string): string {
  const [beginMark, endMark] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [begin, end] = [document.indexOf(beginMark), document.indexOf(endMark)];
  if (begin === -1 || end < begin) throw new Error(`The document has no ${beginMark} and ${endMark}`);
  return `${document.slice(0, begin + beginMark.length)}\n${table}\n${document.slice(end)}`;
}

export function writeTable(file: string, name: string, run: Parameters<typeof markdownTable>[0]): void {
  writeFileSync(file, putTable(readFileSync(file, 'utf8'), name, markdownTable(run)));
}
