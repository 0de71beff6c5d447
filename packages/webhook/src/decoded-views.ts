/** A text as it reads once escapes or Base64 are undone, and where each of its characters came from. */
export interface DecodedView {
  readonly text: string;
  /** For each UTF-16 unit of `text`, where what it was made of begins in the original, and where that ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Bytes, one a character (Latin-1). */
  readonly isBase64: boolean;
}

/** Escapes within escapes: JSON in HTML in a URL. */
const LEVELS_MAX = 3;

/** Percent-encoding (a UTF-8 sequence at a time, or JavaScript's `%u0041`), character references of HTML, escapes of JSON and JavaScript. */
const ESCAPE =
  /%(?:[0-7][0-9a-f]|u[0-9a-f]{4}|[c-f][0-9a-f](?:%[89ab][0-9a-f]){1,3})|&(?:#x0*[0-9a-f]{1,6}|#0*\d{1,7}|[a-z]{2,9});?|\\(?:u[0-9a-f]{4}|u\{0*[0-9a-f]{1,6}\}|x[0-9a-f]{2}|["'\\/bfnrt])/gi;
/** What an escape that was cut off looks like at the end of a text. */
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
/** Characters that stand for whole bytes together; whatever a run begins with, Base64 may begin at each of so many. */
const GROUP_CHARACTERS = 4;

/**
 * Every way in which a text may read: itself; as long as there is something to undo, with escapes undone once, twice,
 * thrice; and with the Base64 in each of those undone, and what is escaped in that.
 */
export function decodedViews(text: string): DecodedView[] {
  return undoEscapes(viewOf(text)).flatMap((view) => [view, ...base64Views(view).flatMap(undoEscapes)]);
}

/** @returns the text, and how it reads with its escapes undone, as often as there is something to undo */
export function unescaped(text: string): string[] {
  return undoEscapes(viewOf(text)).map((view) => view.text);
}

function viewOf(text: string): DecodedView {
  const starts = Array.from({ length: text.length }, (_, n) => n);
  return { text, starts, ends: starts.map((n) => n + 1), isBase64: false };
}

function undoEscapes(view: DecodedView): DecodedView[] {
  const views = [view];
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const last = views[level] as DecodedView;
    const decoded = decodeOnce(last);
    if (decoded.text === last.text) break;
    views.push(decoded);
  }
  return views;
}

/** What the Base64 of a view holds, for each character at which it may begin; nothing where there is none. */
function base64Views(view: DecodedView): DecodedView[] {
  const runs = [...view.text.matchAll(BASE64_RUN)].map(({ 0: run, index }): Base64Run => {
    const places: number[] = [];
    for (let n = 0; n < run.length; n += 1) if (!'\r\n='.includes(run[n] as string)) places.push(index + n);
    const characters = run.replace(HOLDS_NO_BITS, '');
    return { characters, places, end: view.ends[index + run.length - 1] as number };
  });
  if (runs.length === 0) return [];
  return Array.from({ length: GROUP_CHARACTERS }, (_, offset) => decodeRuns(view, runs, offset));
}

interface Base64Run {
  readonly characters: string;
  /** Where they are in the view. */
  readonly places: readonly number[];
  /** In the original, with its padding, which tells the length. */
  readonly end: number;
}

function decodeRuns(view: DecodedView, runs: readonly Base64Run[], offset: number): DecodedView {
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { characters, places, end } of runs) {
    const bytes = Buffer.from(characters.slice(offset), 'base64');
    parts.push(bytes.toString('latin1'));
    for (let n = 0; n < bytes.length; n += 1) {
      starts.push(view.starts[places[offset + Math.floor((n * 8) / 6)] as number] as number);
      ends.push(view.ends[places[offset + Math.ceil(((n + 1) * 8) / 6) - 1] as number] as number);
    }
    if (bytes.length > 0) ends[ends.length - 1] = end;
  }
  return { text: parts.join(''), starts, ends, isBase64: true };
}

/** @returns how many characters at the end of a text may be the beginning of an escape that was cut off */
export function cutEscapeLength(text: string): number {
  return CUT_ESCAPE.exec(text.slice(-24))?.[0].length ?? 0;
}

function decodeOnce({ text, starts, ends, isBase64 }: DecodedView): DecodedView {
  const parts: string[] = [];
  const decodedStarts: number[] = [];
  const decodedEnds: number[] = [];
  let at = 0;
  const take = (part: string, from: number, escapeLength: number) => {
    parts.push(part);
    for (let n = 0; n < part.length; n += 1) {
      decodedStarts.push(starts[escapeLength > 0 ? from : from + n] as number);
      decodedEnds.push(ends[escapeLength > 0 ? from + escapeLength - 1 : from + n] as number);
    }
  };
  for (const match of text.matchAll(ESCAPE)) {
    take(text.slice(at, match.index), at, 0);
    const [written] = match;
    const decoded = decodeEscape(written);
    take(decoded ?? written, match.index, decoded === null ? 0 : written.length);
    at = match.index + written.length;
  }
  take(text.slice(at), at, 0);
  return { text: parts.join(''), starts: decodedStarts, ends: decodedEnds, isBase64 };
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
