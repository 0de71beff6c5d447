/** A text as it reads once escapes are undone, and where each of its characters came from. */
export interface DecodedView {
  readonly text: string;
  /** For each UTF-16 unit of `text`, where it begins in the original; at last the original's length. */
  readonly starts: readonly number[];
}

/** Escapes within escapes: JSON in HTML in a URL. */
const LEVELS_MAX = 3;

/** Percent-encoding (a UTF-8 sequence at a time), character references of HTML, escapes of JSON and JavaScript. */
const ESCAPE =
  /%(?:[0-7][0-9a-f]|[c-f][0-9a-f](?:%[89ab][0-9a-f]){1,3})|&(?:#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,9});?|\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|["'\\/bfnrt])/gi;
/** What an escape that was cut off looks like at the end of a text. */
const CUT_ESCAPE =
  /(?:%[0-9a-f]?|(?:%[c-f][0-9a-f])(?:%[89ab][0-9a-f])*%?[89ab]?|&(?:#x?)?[0-9a-z]{0,9}|\\(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?)$/i;

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

/** The text itself and, as long as there is something to undo, what it reads as with escapes undone once, twice, thrice. */
export function decodedViews(text: string): DecodedView[] {
  const views: DecodedView[] = [{ text, starts: Array.from({ length: text.length + 1 }, (_, n) => n) }];
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const last = views[level] as DecodedView;
    const decoded = decodeOnce(last);
    if (decoded.text === last.text) break;
    views.push(decoded);
  }
  return views;
}

/** @returns how many characters at the end of a text may be the beginning of an escape that was cut off */
export function cutEscapeLength(text: string): number {
  return CUT_ESCAPE.exec(text.slice(-24))?.[0].length ?? 0;
}

function decodeOnce({ text, starts }: DecodedView): DecodedView {
  const parts: string[] = [];
  const decodedStarts: number[] = [];
  let at = 0;
  const take = (part: string, from: number, isEscape: boolean) => {
    parts.push(part);
    for (let n = 0; n < part.length; n += 1) decodedStarts.push(starts[isEscape ? from : from + n] as number);
  };
  for (const match of text.matchAll(ESCAPE)) {
    take(text.slice(at, match.index), at, false);
    const decoded = decodeEscape(match[0]);
    take(decoded ?? match[0], match.index, decoded !== null);
    at = match.index + match[0].length;
  }
  take(text.slice(at), at, false);
  decodedStarts.push(starts[text.length] as number);
  return { text: parts.join(''), starts: decodedStarts };
}

function decodeEscape(written: string): string | null {
  const body = written.slice(1).replace(/;$/, '').toLowerCase();
  if (written.startsWith('%')) return decodePercent(written);
  if (written.startsWith('&')) {
    if (body.startsWith('#x')) return fromCode(Number.parseInt(body.slice(2), 16));
    return body.startsWith('#') ? fromCode(Number(body.slice(1))) : (NAMED[body] ?? null);
  }
  if (/^[ux][0-9a-f]/.test(body)) return fromCode(Number.parseInt(body.slice(1), 16));
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
