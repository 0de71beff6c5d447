import { readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from '../../harness/machine.ts';
import type { PartVerdict } from './judge.ts';
import { figureText, metText, targetText } from './report.ts';

const BEGIN = '<!-- faults:begin -->';
const END = '<!-- faults:end -->';

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
  return [
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGib} GiB, Node ${machine.node}, seed ${seed}.`,
    '',
    '| case | must hold | figure | target | struck | verdict |',
    '|---|---|--:|---|--:|---|',
    ...parts.map((one) => {
      const verdict = one.reasons.length === 0 ? metText(one) : `${metText(one)}: ${one.reasons.join('; ')}`;
      return `| \`${one.id}/${one.part}\` | ${[one.promise, figureText(one.figure), targetText(one), `${one.struck}`, verdict].map(cell).join(' | ')} |`;
    }),
  ].join('\n');
}

/**
 * Puts a table between the marks of a document.
 *
 * @throws Error where the document has no marks
 */
export function putTable(document: string, table: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`The document has no ${BEGIN} and ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n${table}\n${document.slice(end)}`;
}

export function writeTable(file: string, run: Parameters<typeof markdownTable>[0]): void {
  writeFileSync(file, putTable(readFileSync(file, 'utf8'), markdownTable(run)));
}
