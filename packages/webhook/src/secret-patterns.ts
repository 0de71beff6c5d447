import { isUtf8 } from 'node:buffer';
import { unescaped } from './decoded-views.ts';

/** Shorter values (`1`, `true`, `json`) are no secrets, and masking them would tear up every answer. */
export const SECRET_CHARACTERS_MIN = 8;

/**
 * Beyond these, secrets are not searched for, since the preparation would hold up everything else. Few receivers accept
 * so much: servers commonly take 8 to 16 KiB of headers.
 */
const VALUE_CHARACTERS_MAX = 32 * 1024;
const SECRETS_MAX = 1_000;

/** What to look for in a folded text. */
export interface SecretPattern {
  /** Folded: see {@link fold}. */
  readonly text: string;
  /** Base64: the characters beside it, and its padding, hold a part of the secret too. */
  readonly isBase64: boolean;
}

/**
 * Makes upper- and lower-case, the two alphabets of Base64, and a space and its `+` of URLs the same. The length stays.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  const sameLength =
    lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
  return sameLength.replace(/[-+]/g, ' ').replace(/_/g, '/');
}

/**
 * Everything by which the secrets of a destination are found: each whole and its parts, as it is, as it reads with its own
 * escapes undone, and in Base64 at each of its three alignments, so also within `user:secret`.
 *
 * @param values header values, signing secrets, and parts of the URL
 * @returns null where the values, or the secrets in them, are too many to be looked for
 */
export function secretPatterns(values: readonly string[]): SecretPattern[] | null {
  if (values.reduce((sum, { length }) => sum + length, 0) > VALUE_CHARACTERS_MAX) return null;
  const patterns = new Map<string, SecretPattern>();
  const secrets = new Set(values.flatMap(partsOf).filter((part) => part.length >= SECRET_CHARACTERS_MIN));
  if (secrets.size > SECRETS_MAX) return null;
  for (const secret of secrets) {
    // Also as UTF-8 bytes, their form in Base64; the same for ASCII.
    const texts = unescaped(secret).flatMap((text) => [text, Buffer.from(text).toString('latin1')]);
    for (const text of texts.filter(({ length }) => length >= SECRET_CHARACTERS_MIN).map(fold)) {
      patterns.set(text, { text, isBase64: false });
    }
    for (const text of base64Cores(Buffer.from(secret)).map(fold)) {
      if (!patterns.has(text)) patterns.set(text, { text, isBase64: true });
    }
  }
  return [...patterns.values()];
}

/** The secret parts of a URL: path and query, whole and each segment, name and value. The origin is not secret. */
export function urlSecrets(url: string): string[] {
  const parsed = URL.parse(url);
  if (parsed === null) return [];
  const { pathname, search } = parsed;
  const parts = [
    ...pathname.split('/'),
    ...search
      .slice(1)
      .split(/[&;]/)
      .flatMap((field) => [field, ...field.split('=')]),
  ];
  return [`${pathname}${search}`.slice(1), pathname.slice(1), search.slice(1), ...parts];
}

/** `Bearer abc`, `whsec_abc`, `Basic dXNlcjpwYXNz`, `session=abc; b="def"`: the value, and what in it is secret by itself. */
function partsOf(value: string): string[] {
  const tokens = value.split(/[\s,;]+/);
  const bare = tokens.map((token) => token.replace(/^[^=]+=(?=.)/, '').replace(/^"|"$/g, ''));
  const whole = [value, ...tokens, ...bare, value.replace(/^whsec_/, '')];
  return [...whole, ...whole.flatMap(decodedCredentials)];
}

const BASE64 = /^[A-Za-z0-9+/_-]+=*$/;

/** The text that Base64 holds, if any: user and password together and each, as of `Basic` (RFC 7617), or a token. */
function decodedCredentials(token: string): string[] {
  const bytes = Buffer.from(BASE64.test(token) ? token : '', 'base64');
  const credentials = isUtf8(bytes) ? bytes.toString() : '';
  if (/\p{Cc}/u.test(credentials)) return [];
  const colon = credentials.indexOf(':');
  return colon === -1
    ? [credentials]
    : [credentials, credentials.slice(0, colon), credentials.slice(colon + 1)];
}

/** The characters of Base64 that hold bits of these bytes alone, where 0, 1 or 2 other bytes stand before them. */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}
