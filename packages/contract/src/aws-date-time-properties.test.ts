import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isAwsDateTime } from './aws-date-time.ts';

const twoDigits = (value: number) => String(value).padStart(2, '0');
const isDigits = (text: string, length: number) =>
  text.length === length && [...text].every((character) => character >= '0' && character <= '9');
const inRange = (text: string, max: number) => isDigits(text, 2) && Number(text) <= max;

/** The rule again, by cutting the text up, and by the calendar of `Date` instead of a table of months. */
function isValidByReference(text: string): boolean {
  const date = text.slice(0, 10).split('-');
  const rest = text.slice(11);
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || date.length !== 3) return false;
  const offsetAt = rest.search(/[Z+-]/);
  if (offsetAt === -1) return false;
  return isRealDate(date) && isTime(rest.slice(0, offsetAt)) && isOffset(rest.slice(offsetAt));
}

function isRealDate([year = '', month = '', day = '']: string[]): boolean {
  if (!isDigits(year, 4) || !isDigits(month, 2) || !isDigits(day, 2)) return false;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return (
    date.getUTCFullYear() === Number(year) &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day)
  );
}

function isTime(text: string): boolean {
  const [hour = '', minute = '', ...seconds] = text.split(':');
  if (!inRange(hour, 23) || !inRange(minute, 59) || seconds.length > 1) return false;
  if (seconds.length === 0) return true;
  const [whole = '', ...fractions] = (seconds[0] ?? '').split('.');
  const [fraction] = fractions;
  if (!inRange(whole, 59) || fractions.length > 1) return false;
  return fraction === undefined || (fraction.length <= 9 && isDigits(fraction, Math.max(1, fraction.length)));
}

function isOffset(text: string): boolean {
  if (text === 'Z') return true;
  const parts = text.slice(1).split(':');
  const [hour = '', ...rest] = parts;
  return (
    '+-'.includes(text[0] ?? ' ') &&
    (parts.length === 2 || parts.length === 3) &&
    inRange(hour, 23) &&
    rest.every((part) => inRange(part, 59))
  );
}

const upTo = (max: number) => fc.integer({ min: 0, max }).map(twoDigits);

const anyDate = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 365 }))
  .map(([year, day]) => {
    const date = new Date(0);
    date.setUTCFullYear(year, 0, 1 + Math.min(day, 364));
    return `${String(year).padStart(4, '0')}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`;
  });

const anyFraction = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 })
  .map((digits) => `.${digits.join('')}`);

const anySeconds = fc.oneof(
  fc.constant(''),
  fc
    .tuple(upTo(59), fc.option(anyFraction, { nil: '' }))
    .map(([second, fraction]) => `:${second}${fraction}`),
);

const anyOffset = fc.oneof(
  fc.constant('Z'),
  fc
    .tuple(fc.constantFrom('+', '-'), upTo(23), upTo(59), fc.option(upTo(59)))
    .map(([sign, hour, minute, second]) => `${sign}${hour}:${minute}${second === null ? '' : `:${second}`}`),
);

const anyAwsDateTime = fc
  .tuple(anyDate, upTo(23), upTo(59), anySeconds, anyOffset)
  .map(([date, hour, minute, seconds, offset]) => `${date}T${hour}:${minute}${seconds}${offset}`);

const anyCharacter = fc.constantFrom(...'0123456789TZtz:.-+ ,\n\0', '٣', '−');

/** One character replaced, left out, put in, or swapped with its neighbour. */
function mutate(text: string, at: number, kind: string, character: string): string {
  const place = at % text.length;
  const [before, here, after] = [text.slice(0, place), text[place] ?? '', text.slice(place + 1)];
  switch (kind) {
    case 'replace':
      return before + character + after;
    case 'remove':
      return before + after;
    case 'insert':
      return before + character + here + after;
    case 'append':
      return text + character;
    default:
      return before + after.slice(0, 1) + here + after.slice(1);
  }
}

const kinds = ['replace', 'remove', 'insert', 'append', 'swap'];

test('every AWSDateTime is accepted', () => {
  fc.assert(
    fc.property(anyAwsDateTime, (text) => isValidByReference(text) && isAwsDateTime(text)),
    { numRuns: 2_000 },
  );
});

test('a single mutation is accepted exactly where it makes another AWSDateTime', () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(
      anyAwsDateTime,
      fc.nat(),
      fc.constantFrom(...kinds),
      anyCharacter,
      (text, at, kind, character) => {
        const mutated = mutate(text, at, kind, character);
        const expected = isValidByReference(mutated);
        seen[expected ? 'accepted' : 'refused'] += 1;
        return isAwsDateTime(mutated) === expected;
      },
    ),
    { numRuns: 10_000 },
  );
  // Both results occurred often enough.
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(500);
});

test('every day of leap and common years exists where the calendar has it', () => {
  const wrong: string[] = [];
  for (const year of [1600, 1700, 1999, 2000, 2023, 2024, 2100]) {
    for (let month = 0; month <= 13; month += 1) {
      for (let day = 0; day <= 32; day += 1) {
        const text = `${year}-${twoDigits(month)}-${twoDigits(day)}T00:00Z`;
        if (isAwsDateTime(text) !== isValidByReference(text)) wrong.push(text);
      }
    }
  }
  expect(wrong).toEqual([]);
});
