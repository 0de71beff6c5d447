/**
 * Characters that a terminal would obey or that would hide text: C0 and C1 controls, line and paragraph separators,
 * marks that change the writing direction, invisible marks, and lone surrogates. An alert's title is written by
 * the person who caused the alert.
 */
export const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

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
