const TEXT = Symbol('JSON text');

/** JSON that is kept, and sent, as it was written: nothing rounded, moved or left out. */
export interface JsonText {
  readonly [TEXT]: string;
}

/** @param text valid JSON, which is the caller's to check */
export function jsonText(text: string): JsonText {
  return { [TEXT]: text };
}

/** @returns the text of what `jsonText` made, and undefined for anything else */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && TEXT in value ? (value as JsonText)[TEXT] : undefined;
}

/** @returns a value as JSON text; as it was written, where it is kept so */
export function encodeJson(value: unknown): string {
  return textOf(value) ?? JSON.stringify(value);
}
