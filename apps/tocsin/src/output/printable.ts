import { printableJson, UNPRINTABLE } from '@tocsin/json';

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** @returns the text on one line, with every control character written as its escape (`\u001b`, `\n`). */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeCharacter);
}

/**
 * Keeps a coloured line on one line: escapes all control characters except colours. Text from outside has been through
 * `printable` before, so this is a second safeguard.
 */
export function oneLine(line: string): string {
  return line.replace(UNPRINTABLE, (character) =>
    character === ESCAPE ? character : escapeCharacter(character),
  );
}

const ESCAPE = '\u001b';

/** @returns the text's lines, each fit to be printed; tabs become two spaces. */
export function printableLines(text: string): string[] {
  return text
    .replace(/\r\n/g, '\n')
    .split('\n')
    .map((line) => printable(line.replaceAll('\t', '  ')));
}

/** Shortens to `charactersMax`, the last one being an ellipsis. */
export function shorten(text: string, charactersMax: number): string {
  const characters = [...text];
  return characters.length <= charactersMax ? text : `${characters.slice(0, charactersMax - 1).join('')}…`;
}

/**
 * JSON on one line. Characters that JSON allows but a terminal may act on (C1 controls, direction marks) are escaped;
 * parsing gives the same value.
 */
export function encodePrintableJson(value: unknown): string {
  return printableJson(JSON.stringify(value));
}
