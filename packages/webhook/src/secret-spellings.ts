/**
 * The secrets in a URL: its path with the query, each of the two, and every segment and value in them.
 *
 * @returns each as it is written and decoded; short ones too
 */
export function secretsOfUrl(url: string): string[] {
  const { pathname, search, searchParams } = new URL(url);
  const written = [pathname + search, pathname, search.slice(1), ...pathname.split('/')];
  const values = search
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [...written, ...values, ...written.map(decoded), ...searchParams.values()];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A header value or signing secret, and what in it is a secret by itself: `Bearer abc…`, `whsec_…`, the two of `Basic`. */
function partsOf(value: string): string[] {
  const basic = /^Basic\s+([A-Za-z0-9+/_-]+=*)$/i.exec(value)?.[1];
  const credentials = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8');
  return [
    value,
    ...value.split(/\s+/),
    value.replace(/^whsec_/, ''),
    credentials,
    credentials.slice(credentials.indexOf(':') + 1),
  ];
}

const HTML_NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const htmlOf = (text: string) => text.replace(/[&<>"']/g, (character) => HTML_NAMES[character] as string);
const numericHtmlOf = (text: string, radix: 10 | 16) =>
  text.replace(
    /[&<>"'/=`+]/g,
    (character) => `&#${radix === 16 ? 'x' : ''}${character.charCodeAt(0).toString(radix)};`,
  );
const unicodeEscapesOf = (text: string) =>
  text.replace(/[&<>"'/\\=+]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A text as JSON, URLs, HTML and Base64 spell it. The case of letters is for whoever compares. */
function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const base64 = Buffer.from(text).toString('base64').replace(/=+$/, '');
  return [
    text,
    json,
    json.replaceAll('/', '\\/'),
    unicodeEscapesOf(text),
    encodeURIComponent(text),
    encodeURIComponent(text).replaceAll('%20', '+'),
    encodeURI(text),
    htmlOf(text),
    numericHtmlOf(text, 10),
    numericHtmlOf(text, 16),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
  ];
}

/** Every way in which a receiver may be expected to write a secret that it was sent. */
export function spellingsOf(secret: string): string[] {
  return partsOf(secret).flatMap((part) => formsOf(part.toWellFormed()));
}
