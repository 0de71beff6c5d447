/**
 * Quotes a text as one word of a POSIX shell: whatever stands in it, the shell takes it as it is, new lines too.
 *
 * @param text without U+0000, which no argument of a program can hold
 */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
