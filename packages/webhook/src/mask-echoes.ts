import { MASK } from '@tocsin/contract';
import { cutEscapeLength, type DecodedView, decodedViews } from './decoded-views.ts';
import { fold, type SecretPattern, secretPatterns } from './secret-patterns.ts';

/** So much of a secret's beginning is masked at the end of a text that was cut there. */
const BEGINNING_CHARACTERS_MIN = 4;

/** Masks secrets in a text. `isCut` says that the text was cut off at its end, perhaps within a secret. */
export type EchoMask = (text: string, isCut?: boolean) => string;

interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Makes what masks secrets that a receiver sends back, so that write-only values stay so: header values, signing secrets,
 * path and query of the URL. Some receivers echo whole requests. Found are they and their parts of at least eight
 * characters, as they are, in upper- and lower-case, escaped as HTML, URLs, JSON and JavaScript do it (in part, mixed, and
 * three times over), and all of that in Base64 (broken into lines or not), within `Basic` or anything else. What a receiver
 * encodes otherwise (hexadecimal, hashes, compression, Base64 within Base64, the letters reversed) is not found.
 *
 * The time grows with the text's length times the number of secrets.
 */
export function createEchoMask(secrets: readonly string[]): EchoMask {
  const patterns = secretPatterns(secrets);
  if (patterns.length === 0) return (text) => text;
  const plain = patterns.filter(({ isBase64 }) => !isBase64);
  const patternsFor = (view: DecodedView) => (view.isBase64 ? plain : patterns);

  function findIn(view: DecodedView): Range[] {
    const folded = fold(view.text);
    return patternsFor(view)
      .flatMap((pattern) => occurrences(folded, pattern))
      .map(({ from, to }) => ({ from: view.starts[from] as number, to: view.ends[to - 1] as number }));
  }

  /** The longest beginning of a secret with which a text ends, or ends but for an escape that was cut off. */
  function findAtEnd(text: string, views: readonly DecodedView[]): Range[] {
    const cutLength = cutEscapeLength(text);
    const shorter = cutLength === 0 ? [] : decodedViews(text.slice(0, text.length - cutLength));
    return [...views, ...shorter].flatMap((view) => {
      const folded = fold(view.text);
      const lengths = patternsFor(view).map((pattern) => longestBeginningAt(folded, pattern.text));
      const length = Math.max(0, ...lengths);
      if (length < BEGINNING_CHARACTERS_MIN) return [];
      return [{ from: view.starts[folded.length - length] as number, to: text.length }];
    });
  }

  return (text, isCut = false) => {
    const views = decodedViews(text);
    return replaceRanges(text, [...views.flatMap(findIn), ...(isCut ? findAtEnd(text, views) : [])]);
  };
}

function occurrences(text: string, { text: secret, isBase64 }: SecretPattern): Range[] {
  const ranges: Range[] = [];
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + secret.length)) {
    const range = { from: at, to: at + secret.length };
    ranges.push(isBase64 ? withNeighbours(text, range) : range);
  }
  return ranges;
}

/** Of Base64, one character on either side may hold bits of the secret, and padding tells its length. */
function withNeighbours(text: string, { from, to }: Range): Range {
  const isBase64 = (at: number) => /[a-z0-9 /]/.test(text[at] ?? '.');
  let end = isBase64(to) ? to + 1 : to;
  while (text[end] === '=') end += 1;
  return { from: isBase64(from - 1) ? from - 1 : from, to: end };
}

/** How many characters at the end of a text are the beginning of a secret: by Knuth, Morris and Pratt, in linear time. */
function longestBeginningAt(text: string, secret: string): number {
  const end = text.slice(-(secret.length - 1));
  const borders = bordersOf(secret);
  let length = 0;
  for (const character of end.split('')) {
    while (length > 0 && secret[length] !== character) length = borders[length - 1] as number;
    if (secret[length] === character) length += 1;
  }
  return length;
}

/** For each beginning of a text, the length of its longest proper beginning that it also ends with. */
function bordersOf(text: string): number[] {
  const borders = [0];
  for (let at = 1, length = 0; at < text.length; at += 1) {
    while (length > 0 && text[at] !== text[length]) length = borders[length - 1] as number;
    if (text[at] === text[length]) length += 1;
    borders.push(length);
  }
  return borders;
}

/** Puts one mask for each stretch that is covered. */
function replaceRanges(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text;
  const parts: string[] = [];
  let shownTo = 0;
  let masked: Range = { from: 0, to: 0 };
  for (const range of ranges.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    if (range.from < masked.to) {
      masked = { from: masked.from, to: Math.max(masked.to, range.to) };
      shownTo = masked.to;
      continue;
    }
    parts.push(text.slice(shownTo, range.from), MASK);
    masked = range;
    shownTo = range.to;
  }
  return parts.join('') + text.slice(shownTo);
}
