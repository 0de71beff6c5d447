import { MASK } from '@tocsin/contract';

/** Shorter values (`1`, `true`, `json`) are no secrets, and masking them would tear up every answer. */
const SECRET_CHARACTERS_MIN = 8;

/** A value, its parts after a scheme (`Bearer abc…`), and each as JSON text would spell it. */
function spellings(value: string): string[] {
  return [value, ...value.split(/\s+/)].flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
}

/**
 * Masks secrets that a receiver sends back, so that write-only values stay so: header values and signing secrets.
 * Some receivers echo whole requests. What a receiver encodes in other ways is not found.
 */
export function maskEchoes(text: string, secrets: readonly string[]): string {
  const found = secrets.flatMap(spellings).filter((secret) => secret.length >= SECRET_CHARACTERS_MIN);
  // The longest first, so that a value is masked before a part of it is.
  return [...new Set(found)]
    .sort((a, b) => b.length - a.length)
    .reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}
