import { LIMITS } from '@tocsin/contract';

/** A text after escapes or Base64 are undone, and where each of its characters came from. */
export interface DecodedView {
  readonly text: string;
  /** For each UTF-16 unit of `text`, the start and end of its source in the original. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Bytes, one a character (Latin-1). */
  readonly isBase64: boolean;
}

/** Escapes within escapes: JSON in HTML in a URL. */
const LEVELS_MAX = 3;

/** Percent-encoding (a UTF-8 sequence at a time, or JavaScript's `%u0041`), character references of HTML, escapes of JSON and JavaScript. */
const ESCAPE =
  /%(?:[0-7][0-9a-f]|u[0-9a-f]{4}|[c-f][0-9a-f](?:%[89ab][0-9a-f]){1,3})|&(?:#x0*[0-9a-f]{1,6}|#0*\d{1,7}|[a-z]{2,9});?|\\(?:u[0-9a-f]{4}|u\{0*[0-9a-f]{1,6}\}|x[0-9a-f]{2}|["'\\/bfnrt])/gi;
/** An escape that was cut off at the end of a text. */
const CUT_ESCAPE =
  /(?:%u?[0-9a-f]{0,3}|(?:%[c-f][0-9a-f])(?:%[89ab][0-9a-f])*%?[89ab]?|&(?:#x?)?[0-9a-z]{0,20}|\\(?:u\{?[0-9a-f]{0,6}|x[0-9a-f]?)?)$/i;

/** HTML's names of the printable ASCII characters that are no letters and digits (WHATWG HTML, "Named character references"). */
const NAMED: Readonly<Record<string, string>> = Object.fromEntries(
  `tab 9,newline 10,nbsp 32,excl 33,quot 34,num 35,dollar 36,percnt 37,amp 38,apos 39,lpar 40,rpar 41,ast 42,midast 42,
  plus 43,comma 44,period 46,sol 47,colon 58,semi 59,lt 60,equals 61,gt 62,quest 63,commat 64,lsqb 91,lbrack 91,bsol 92,
  rsqb 93,rbrack 93,hat 94,lowbar 95,underbar 95,grave 96,lcub 123,lbrace 123,verbar 124,vert 124,rcub 125,rbrace 125`
    .split(',')
    .map((entry) => entry.trim().split(' '))
    .map(([name, code]) => [name, String.fromCharCode(Number(code))]),
);
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Base64 of six bytes or more, of either alphabet, perhaps broken into lines, with its padding. */
const BASE64_RUN = /[A-Za-z0-9+/_-](?:(?:\r?\n)?[A-Za-z0-9+/_-]){7,}={0,2}/g;
const HOLDS_NO_BITS = /[\r\n=]/g;
/** Four characters hold three bytes, so Base64 within a run may begin at any of its first four. */
const GROUP_CHARACTERS = 4;

/**
 * Every reading of a text: the text itself; with its escapes undone once, twice and three times, if there are any; and
 * the decoded Base64 of each, with the escapes in it undone. Each is made on demand.
 */
export function* decodedViews(text: string): Generator<DecodedView> {
  for (const view of undoEscapes(viewOf(text))) {
    yield view;
    for (const decoded of base64Views(view)) yield* undoEscapes(decoded);
  }
}

/** @returns the text, and the text with its escapes undone once and more often, while it has any */
export function unescaped(text: string): string[] {
  return Array.from(undoEscapes(viewOf(text)), (view) => view.text);
}

/** 0, 1, 2, … as far as the texts reach that are masked. Made once: two for each answer were 128 KiB of garbage. */
const PLACES = Uint32Array.from({ length: LIMITS.responseBytesKept + 1 }, (_, n) => n);

function viewOf(text: string): DecodedView {
  const { length } = text;
  const places = length < PLACES.length ? PLACES : Uint32Array.from({ length: length + 1 }, (_, n) => n);
  return { text, starts: places.subarray(0, length), ends: places.subarray(1, length + 1), isBase64: false };
}

function* undoEscapes(view: DecodedView): Generator<DecodedView> {
  yield view;
  let last = view;
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const decoded = decodeOnce(last);
    if (decoded === null) return;
    yield decoded;
    last = decoded;
  }
}

/** The decoded Base64 of a view, for each character at which it may begin; nothing where there is none. */
function* base64Views(view: DecodedView): Generator<DecodedView> {
  const runs = [...view.text.matchAll(BASE64_RUN)].map(({ 0: run, index }): Base64Run => {
    const characters = run.replace(HOLDS_NO_BITS, '');
    const places = new Uint32Array(characters.length);
    for (let n = 0, at = 0; at < places.length; n += 1) {
      if (!'\r\n='.includes(run[n] as string)) places[at++] = index + n;
    }
    return { characters, places, end: view.ends[index + run.length - 1] as number };
  });
  if (runs.length === 0) return;
  for (let offset = 0; offset < GROUP_CHARACTERS; offset += 1) yield decodeRuns(view, runs, offset);
}

interface Base64Run {
  readonly characters: string;
  /** Where they are in the view. */
  readonly places: Uint32Array;
  /** In the original, with its padding, which tells the length. */
  readonly end: number;
}

function decodeRuns(view: DecodedView, runs: readonly Base64Run[], offset: number): DecodedView {
  const decoded = runs.map(({ characters }) => Buffer.from(characters.slice(offset), 'base64'));
  const text = Buffer.concat(decoded).toString('latin1');
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  let at = 0;
  runs.forEach(({ places, end }, n) => {
    const { length } = decoded[n] as Buffer;
    for (let byte = 0; byte < length; byte += 1, at += 1) {
      starts[at] = view.starts[places[offset + Math.floor((byte * 8) / 6)] as number] as number;
      ends[at] = view.ends[places[offset + Math.ceil(((byte + 1) * 8) / 6) - 1] as number] as number;
    }
    if (length > 0) ends[at - 1] = end;
  });
  return { text, starts, ends, isBase64: true };
}

/** @returns how many characters at the end of a text may be the beginning of an escape that was cut off */
export function cutEscapeLength(text: string): number {
  return CUT_ESCAPE.exec(text.slice(-24))?.[0].length ?? 0;
}

/** @returns null where there is nothing to undo */
function decodeOnce({ text, starts, ends, isBase64 }: DecodedView): DecodedView | null {
  const parts: string[] = [];
  // A decoded text is no longer than its source.
  const decodedStarts = new Uint32Array(text.length);
  const decodedEnds = new Uint32Array(text.length);
  let at = 0;
  let length = 0;
  const keep = (to: number) => {
    parts.push(text.slice(at, to));
    decodedStarts.set(starts.subarray(at, to), length);
    decodedEnds.set(ends.subarray(at, to), length);
    length += to - at;
    at = to;
  };
  for (const { 0: written, index } of text.matchAll(ESCAPE)) {
    const decoded = decodeEscape(written);
    if (decoded === null) continue;
    keep(index);
    at += written.length;
    parts.push(decoded);
    decodedStarts.fill(starts[index] as number, length, length + decoded.length);
    decodedEnds.fill(ends[at - 1] as number, length, length + decoded.length);
    length += decoded.length;
  }
  if (at === 0) return null;
  keep(text.length);
  return {
    text: parts.join(''),
    starts: decodedStarts.subarray(0, length),
    ends: decodedEnds.subarray(0, length),
    isBase64,
  };
}

function decodeEscape(written: string): string | null {
  const body = written.slice(1).replace(/;$/, '').toLowerCase();
  const codePoint = /^(?:u|u\{0*|x)([0-9a-f]+)\}?$/.exec(body)?.[1];
  if (codePoint !== undefined && !written.startsWith('&')) return fromCode(Number.parseInt(codePoint, 16));
  if (written.startsWith('%')) return decodePercent(written);
  if (written.startsWith('&')) {
    if (body.startsWith('#x')) return fromCode(Number.parseInt(body.slice(2), 16));
    return body.startsWith('#') ? fromCode(Number(body.slice(1))) : (NAMED[body] ?? null);
  }
  return CONTROLS[body] ?? body;
}

function decodePercent(written: string): string | null {
  try {
    return decodeURIComponent(written);
  } catch {
    return null;
  }
}

function fromCode(code: number): string | null {
  return code <= 0x10ffff ? String.fromCodePoint(code) : null;
}
