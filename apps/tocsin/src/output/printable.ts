/**
 * Characters that a terminal would obey or that would hide text: C0 and C1 controls, line and paragraph separators,
 * marks that change the writing direction, invisible marks, and lone surrogates. An alert's title is written by
 * whoever caused the alert.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

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
 * A line as it is written, with its colours: whatever it holds besides them, it stays one line. What others wrote has gone
 * through `printable` before, which leaves nothing to do here.
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
 * JSON on one line. What JSON itself leaves as it is but a terminal might obey (C1 controls, direction marks) is
 * escaped, which changes nothing for who parses it.
 */
export function encodeJson(value: unknown): string {
  return printableJson(JSON.stringify(value));
}

/** JSON text on one line, such characters escaped; line breaks and tabs, which stand between tokens, become spaces. */
export function printableJson(text: string): string {
  return text
    .replace(/[\n\r\t]+/g, ' ')
    .replace(UNPRINTABLE, (character) =>
      [...Array(character.length).keys()]
        .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
        .join(''),
    );
}
