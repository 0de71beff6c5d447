/** Strings, brackets, commas and colons, and words and numbers. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Deeper levels are indented no further, so that the result stays in proportion to the text. */
const LEVELS_INDENTED_MAX = 64;

/**
 * @param text valid JSON
 * @returns the same with each entry on a line of its own; its tokens are as they were written, no number rounded and no
 *   key moved
 */
export function indentJson(text: string): string {
  let depth = 0;
  let before = '';
  const parts: string[] = [];
  const breakLine = () => parts.push(`\n${'  '.repeat(Math.min(depth, LEVELS_INDENTED_MAX))}`);
  for (const [token] of text.matchAll(TOKEN)) {
    const opened = before === '{' || before === '[';
    if (token === '}' || token === ']') {
      depth -= 1;
      if (!opened) breakLine();
    } else if (opened || before === ',') breakLine();
    parts.push(token === ':' ? ': ' : token);
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return parts.join('');
}
