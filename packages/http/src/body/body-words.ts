import { otherFormatOf } from '@tocsin/json';

/**
 * What a body that is no JSON most likely is, for its sender: a sentence with a space before it, or nothing. None of
 * the body is quoted, since it may hold a secret.
 */
export interface BadBody {
  bytes: Buffer;
  /** Where the JSON should begin, and the byte behind its last. */
  start: number;
  end: number;
}

const hint = (sentence: string | undefined) => (sentence === undefined ? '' : ` ${sentence}`);

/** Whether there is nothing but white space. */
export function isBlank({ bytes, start, end }: BadBody): boolean {
  return skipBlank(bytes, start, end) === end;
}

/** Of bytes that are not UTF-8. */
export function encodingHint(bytes: Buffer): string {
  const format = otherFormatOf(bytes);
  if (format === undefined) return hint('Send it as UTF-8.');
  if (format === 'gzip') return hint('It looks like gzip: send it with `Content-Encoding: gzip`.');
  return hint(format === 'UTF-16' ? UTF_16 : `It looks like ${format}: send it as it is, or as gzip.`);
}

const UTF_16 = 'It looks like UTF-16: send it as UTF-8.';

/** @param at where the first fault is */
export function syntaxHint(body: BadBody, at: number): string {
  return hint(ofWhole(body, at) ?? ofPlace(body, at));
}

/** What kinds of bodies begin with, where they are taken for JSON. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^</, 'It looks like XML or HTML.'],
  [/^--/, 'It looks like multipart data: send the JSON alone.'],
  [/^[A-Za-z0-9_.%+[\]-]+=/, 'It looks like the data of a form: send JSON.'],
];

function ofWhole({ bytes, start, end }: BadBody, at: number): string | undefined {
  if (bytes[at] === 0) return UTF_16;
  const first = skipBlank(bytes, start, end);
  const beginning = bytes.toString('latin1', first, Math.min(end, first + 200));
  const kind = BEGINNINGS.find(([pattern]) => pattern.test(beginning));
  if (kind !== undefined) return kind[1];
  const lineEnd = bytes.indexOf('\n', first);
  const isSecondLine = lineEnd !== -1 && lineEnd < at && skipBlank(bytes, lineEnd, end) === at;
  return isSecondLine && beginning.startsWith('{') && bytes[at] === OPEN_OBJECT
    ? 'It looks like NDJSON, which `POST /v1/alerts` alone takes, with `Content-Type: application/x-ndjson`.'
    : undefined;
}

const OPEN_OBJECT = 0x7b;

/** What stands where the fault is, and the last character before it that is no white space. */
const PLACES: readonly (readonly [here: RegExp, before: RegExp, sentence: string])[] = [
  [/^$/, /^/, 'It ends before its JSON does.'],
  [/^'/, /^/, 'Keys and strings stand in double quotes, not in single ones.'],
  [/^[“”‘’„«»]/, /^/, 'Keys and strings stand in straight double quotes, not in typographic ones.'],
  [/^[}\]]/, /^,/, 'No comma stands before a closing bracket.'],
  [/^,/, /^[,[{:]?$/, 'There is a comma too many.'],
  [/^[/#]/, /^/, 'JSON has no comments.'],
  [/^\ufeff/, /^/, 'There is a byte order mark in it.'],
  [/^[\n\r\t]/, /^/, 'Line breaks and tabs in a string are written as \\n, \\r and \\t.'],
  [/^\p{Cc}/u, /^/, 'Control characters in a string are written as \\u0001 and so on.'],
  [/^\\/, /^/, 'A backslash in a string is written as \\\\.'],
  [
    /^(?:True|False|None|NaN|Infinity|undefined)\b/,
    /^/,
    'JSON has true, false and null, and no other such words.',
  ],
  [/^[\p{L}_$]/u, /^[{,]/, 'Keys and strings stand in double quotes.'],
  [/^[\p{L}_$]/u, /^:/, 'Strings stand in double quotes.'],
  [/^["{[]/, /^["}\]\w]/, 'A comma is missing, or there is more than one value.'],
];

const WORD_BYTES = 40;

function ofPlace({ bytes, start, end }: BadBody, at: number): string | undefined {
  const here = bytes.toString('utf8', at, Math.min(end, at + WORD_BYTES));
  let last = at - 1;
  while (last >= start && isSpace(bytes[last])) last -= 1;
  const before = last < start ? '' : String.fromCharCode(bytes[last] as number);
  return PLACES.find(([first, second]) => first.test(here) && second.test(before))?.[2];
}

/** @returns where the white space that begins here ends */
export function skipBlank(bytes: Buffer, start: number, end = bytes.length): number {
  let at = start;
  while (at < end && isSpace(bytes[at])) at += 1;
  return at;
}

/** White space of JSON (RFC 8259, 2). */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
