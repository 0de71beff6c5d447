import { RESERVED_HEADER_PREFIXES, RESERVED_HEADERS } from './reserved-headers.ts';

/**
 * Patterns of the OpenAPI document for texts that the services judge by code: every installation accepts a text that
 * matches. Many kinds of engine read them, so they hold nothing but classes and negative lookaheads (test generators
 * write out what a positive one only looks at). A pattern of more than one class includes the length: no generator
 * meets a length given beside it.
 */

/** JSON Schema has no flag for it. */
const caseless = (text: string) =>
  text.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`).replaceAll('.', '\\.');
const anyOf = (texts: readonly string[]) => texts.map(caseless).join('|');

/** Halves of surrogate pairs are refused too, but not every engine can name them in a pattern. */
const CONTROLS = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029';
const SPACES = ' \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000\\ufeff';

/** No control character, and no line break. */
export const PLAIN_TEXT = `^[^${CONTROLS}]*$`;

/** Plain text of at most 100 characters that are not all spaces. */
const VISIBLE_TEXT = `[${SPACES}]{0,9}[^${CONTROLS}${SPACES}][^${CONTROLS}]{0,90}$`;
export const PLAIN_NAME = `^${VISIBLE_TEXT}`;

/** base64url; each list decides which of them it accepts. */
export const CURSOR = '^[A-Za-z0-9_-]+$';

const UUID = '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';

/** Not "." and not "..", which a path cannot hold. */
export const ALERT_ID = '^(?!\\.{1,2}$)[A-Za-z0-9._:-]{1,128}$';

/** The same from outside: `tocsin.` begins Tocsin’s own ids. */
export const NEW_ALERT_ID = ALERT_ID.replace('^', '^(?!tocsin\\.)');

const JSON_STRING = '"(?:[^"\\\\\\u0000-\\u001f]|\\\\["\\\\/bfnrt])*"';
const JSON_MEMBER = `${JSON_STRING}:(?:${JSON_STRING}|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?|true|false|null)`;
/** A flat JSON object as text: a pattern cannot nest as deep as JSON may. */
export const JSON_OBJECT_TEXT = `^\\{(?:${JSON_MEMBER}(?:,${JSON_MEMBER})*)?\\}$`;

/** A plain name that an alert’s `destinations` could not take for anything else. */
export const DISPLAY_NAME = `^(?![${SPACES}]*(?:SKIP|${UUID})[${SPACES}]*$)${VISIBLE_TEXT}`;

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8192}";

/** RFC 9110, 5.6.2, without the names that destinations may not have. */
export const HEADER_NAME = `^(?!(?:${anyOf(RESERVED_HEADERS)})$)(?!${anyOf(RESERVED_HEADER_PREFIXES)})${TOKEN}$`;

/** Printable ASCII and tabs, with no space or tab at its ends. */
export const HEADER_VALUE = '^(?:[!-~](?:[\\t -~]{0,8190}[!-~])?)?$';
/** The mask is no value. */
export const NEW_HEADER_VALUE = `^(?!\\*{8}$)${HEADER_VALUE.slice(1)}`;

/** 24 to 64 bytes as base64: eight to 21 groups of three, and one or two bytes more. */
const BASE64 = '[A-Za-z0-9+/]';
export const SIGNING_SECRET = `^whsec_(?:(?:${BASE64}{4}){8,21}|(?:${BASE64}{4}){8,20}${BASE64}{3}=|(?:${BASE64}{4}){8,21}${BASE64}{2}==)$`;

/** Seven labels of 30 characters and a top-level domain stay below the 253 of a name. */
const LABEL = '(?![Xx][Nn]--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,28}[A-Za-z0-9])?';
const LOCAL_NAMES = anyOf(['localhost', 'local', 'internal', 'arpa']);
const HOST = `(?:${LABEL}\\.){1,7}(?!(?:${LOCAL_NAMES})(?:[/?#:]|$))[A-Za-z]{2,24}`;

/** Some of the accepted ports, and none that browsers block. */
const PORT = '(?::(?:80|443|[78][0-9]{3}|[2-5][0-9]{4}))?';
/** RFC 3986, 3.3. */
const PATH = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}){0,1000}";
const QUERY = PATH.replace('/-', '/?-');

/** An http or https URL of a public name. */
export const PUBLIC_URL = `^${caseless('http')}[Ss]?://${HOST}${PORT}(?:/${PATH})?(?:\\?${QUERY})?(?:#${QUERY})?$`;

const YEAR = '(?:19[789][0-9]|[2-9][0-9]{3})';
const DAY =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))';
const LEAP_YEAR =
  '(?:19(?:7[26]|8[048]|9[26])|[2-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[3579][26])00)';
const MINUTES = '(?:[01][0-9]|2[0-3]):[0-5][0-9]';

/** ISO 8601 with seconds and an offset, from 1970 to 9999, without days that there are not. */
export const INSTANT = `^(?:${YEAR}-${DAY}|${LEAP_YEAR}-02-29)T${MINUTES}:[0-5][0-9](?:\\.[0-9]+)?(?:Z|[+-]${MINUTES})$`;
