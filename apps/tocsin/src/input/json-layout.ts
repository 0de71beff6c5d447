/**
 * The layout of an input's JSON values: one on each line, in one array, or one after another over several lines each.
 */
export type JsonLayout = 'lines' | 'array' | 'values';

interface Line {
  text: string;
  complete: boolean;
}

function firstLines(head: Buffer, ended: boolean, count: number): Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (lines.length < count && start < head.length) {
    const newline = head.indexOf(0x0a, start);
    const end = newline === -1 ? head.length : newline;
    const text = head.toString('utf8', start, end).trim();
    if (text !== '') lines.push({ text, complete: newline !== -1 || ended });
    start = end + 1;
  }
  return lines;
}

function isJsonObject(text: string): boolean {
  if (!text.startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Detects the layout from the beginning of an input. An object that does not end on its first line is one over several
 * lines, unless the next line is a complete object: then the first line is invalid JSON.
 *
 * @param head what was read so far, after any byte order mark
 * @param ended whether the input has ended
 * @returns null if more has to be read to decide
 */
export function detectLayout(head: Buffer, ended: boolean): JsonLayout | null {
  const [first, second] = firstLines(head, ended, 2);
  if (first === undefined) return ended ? 'lines' : null;
  if (first.text.startsWith('[')) return 'array';
  if (!first.text.startsWith('{')) return 'lines';
  if (!first.complete) return null;
  if (isJsonObject(first.text)) return 'lines';
  if (second === undefined) return ended ? 'lines' : null;
  if (!second.complete) return null;
  return isJsonObject(second.text) ? 'lines' : 'values';
}
