import { toStorableText } from '../storable-text.ts';

/** What an entry's detail may take, as Postgres prints it: a page of 200 entries stays below 1 MiB. */
export const DETAIL_BYTES_MAX = 4_096;

interface Measure {
  /** Of one text, and of one name. */
  characters: number;
  /** Of one list. */
  items: number;
  /** Of one object. */
  names: number;
}

/** Tried in this order until the detail fits. */
const MEASURES: readonly Measure[] = [
  { characters: 1_000, items: 20, names: 50 },
  { characters: 200, items: 20, names: 50 },
  { characters: 80, items: 5, names: 25 },
  { characters: 40, items: 2, names: 10 },
];

const DEPTH_MAX = 4;

/** Where even the shortest form is too long. */
const TOO_LONG = { cut: 'The detail was too long to be kept.' };

/**
 * An entry's detail, of limited size: long texts, lists and objects are cut, and say how much was left out. What
 * Postgres cannot store (U+0000, halves of surrogate pairs) is replaced by U+FFFD.
 *
 * @param detail of JSON values, without secrets
 * @returns the detail, at most `DETAIL_BYTES_MAX` as text
 */
export function boundDetail(detail: Record<string, unknown>): Record<string, unknown> {
  for (const measure of MEASURES) {
    const bounded = boundValue(detail, measure, 0) as Record<string, unknown>;
    if (bytesOf(bounded) <= DETAIL_BYTES_MAX) return bounded;
  }
  return TOO_LONG;
}

/** Indented text is never shorter than what Postgres prints, which has a space after each comma and colon. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value, null, 1));
}

/** The beginning of a text, and the number of characters left out. */
export function boundText(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return toStorableText(text);
  return `${toStorableText(text.slice(0, charactersMax))}… (${text.length - charactersMax} more characters)`;
}

function boundValue(value: unknown, measure: Measure, depth: number): unknown {
  if (typeof value === 'string') return boundText(value, measure.characters);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '…';
  const { items, names } = measure;
  if (Array.isArray(value)) {
    const shown = value.slice(0, items).map((item) => boundValue(item, measure, depth + 1));
    return value.length > items ? [...shown, `and ${value.length - items} more`] : shown;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, names)
    .map(([name, item]) => [boundText(name, measure.characters), boundValue(item, measure, depth + 1)]);
  if (entries.length > names) shown.push(['…', `and ${entries.length - names} more`]);
  return Object.fromEntries(shown);
}
