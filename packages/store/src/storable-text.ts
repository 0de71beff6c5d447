/**
 * Whether Postgres keeps a text as it is: it refuses U+0000, and halves of surrogate pairs would be stored as U+FFFD,
 * which is another text.
 */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** @returns the text with what Postgres cannot keep replaced by U+FFFD. */
export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
