/** Decimal digits that a double holds, whatever the number; of some numbers it holds more. */
const DIGITS_EXACT = 15;

/**
 * Parses JSON. A number that may have more digits than a double holds, or none at all such as 1e999, becomes what
 * `JSON.stringify` writes just as it was: contexts of alerts hold such numbers.
 */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, { source = '' }: { source?: string } = {}) =>
    typeof value === 'number' && !isExact(value, source) ? rawJson(source) : value,
  );
}

function isExact(value: number, source: string): boolean {
  return (
    String(value) === source || (Number.isFinite(value) && (source.match(/\d/g) ?? []).length <= DIGITS_EXACT)
  );
}

/** ECMAScript's proposal "JSON.parse source text access", which TypeScript does not know yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): object };
