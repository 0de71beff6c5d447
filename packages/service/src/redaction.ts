import { types } from 'node:util';
import { MASK } from '@tocsin/contract';

/** An error as it may be logged. */
export interface RedactedError {
  name: string;
  code?: string;
  message: string;
  /** Frames only, of unexpected errors: function names and places in the code. */
  stack?: string[];
  cause?: RedactedError;
}

const CAUSES_MAX = 5;
const FRAMES_MAX = 10;
const TEXT_CHARACTERS_MAX = 2_000;
const DEPTH_MAX = 4;
const ITEMS_MAX = 50;

/** A webhook's secret is often in its path, so of a URL only the origin is shown. */
const URL_IN_TEXT = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)([^\s"'<>\\]*)/gi;
const QUERY_IN_TEXT = /(\/[^\s"'<>?]*)\?[^\s"'<>]+/g;
const CREDENTIAL_IN_TEXT = /\b(?:tcs_[A-Za-z0-9.~-]+_|whsec_|(?:Bearer|Basic)\s+)[^\s"',;<>\\]+/gi;

/** Keys whose values are never logged, however they are spelled: `Authorization`, `x-api-key`, `signingSecret`. */
const SECRET_KEY = /auth|cookie|secret|token|passw|credential|signature|api[-_]?key|private[-_]?key/i;
/** Keys that hold what belongs to somebody else, or whole objects of a library: their values are never logged. */
const WHOLE_OBJECT_KEY =
  /^(headers?|rawheaders|options|config|request|req|response|res|body|rawbody|payload|json|form|agent|socket|env|argv|query|params|searchparams)$/i;

/**
 * @returns a text without credentials: URLs are cut to their origin, queries of paths, keys and bearer tokens are
 *   masked; at most 2,000 characters
 */
export function scrubText(text: string): string {
  if (text.length > TEXT_CHARACTERS_MAX) {
    // Without the last word, which may be half a URL that no longer looks like one.
    return `${scrubText(text.slice(0, TEXT_CHARACTERS_MAX).replace(/\S+$/, ''))}…`;
  }
  return text
    .replace(URL_IN_TEXT, (_, scheme: string, rest: string) => `${scheme}${hostOf(rest)}`)
    .replace(QUERY_IN_TEXT, '$1?…')
    .replace(CREDENTIAL_IN_TEXT, MASK);
}

/** Cuts what follows `scheme://` to host and port. */
function hostOf(rest: string): string {
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  // A password may hold a slash: then nothing tells it from the host.
  if (rest.includes('@', authority.length)) return '…';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const readable = /^(\[[0-9a-f:.]*\]|[A-Za-z0-9._-]*)(:\d{1,5})?/i.exec(host)?.[0] ?? '';
  return readable.length === rest.length ? readable : `${readable}/…`;
}

/** Whether a value is an error, one of another realm included, as Node's own are under a test runner. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

interface ErrorLike {
  name?: unknown;
  message: string;
  code?: unknown;
  cause?: unknown;
  stack?: unknown;
}

/** Whether a plain object says what went wrong, as an attempt's `{code, message}` does. */
function isErrorLike(value: unknown): value is ErrorLike {
  return (
    typeof value === 'object' &&
    value !== null &&
    isPlainObject(value) &&
    typeof (value as ErrorLike).message === 'string'
  );
}

/**
 * The fields of an error that may be logged: name, code, message and those of its causes, and where it happened.
 * Never its options, request, response, headers or anything else a library hung on it (got's errors carry them all).
 *
 * @param error anything thrown
 */
export function redactError(error: unknown): RedactedError {
  return redactChain(error, CAUSES_MAX);
}

function redactChain(error: unknown, causesLeft: number): RedactedError {
  if (!isError(error) && !isErrorLike(error)) {
    return {
      name: 'NonError',
      message: typeof error === 'string' ? scrubText(error) : `a thrown ${typeof error}`,
    };
  }
  const { name = 'NonError', message, code, cause } = error as ErrorLike;
  const stack = causesLeft === CAUSES_MAX ? framesOf(error as ErrorLike) : [];
  return {
    name: scrubText(String(name)),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: scrubText(String(code)) } : {}),
    // An AggregateError of a failed connect (IPv6 and IPv4 tried) has an empty one.
    message: scrubText(String(message || code || name)),
    ...(stack.length > 0 ? { stack } : {}),
    ...(cause === undefined || cause === null || causesLeft === 0
      ? {}
      : { cause: redactChain(cause, causesLeft - 1) }),
  };
}

/** Takes the frames out of a stack; the message before them may hold anything, frame look-alikes included. */
function framesOf(error: ErrorLike): string[] {
  const { stack, message } = error;
  if (typeof stack !== 'string') return [];
  const start = stack.indexOf(message);
  if (start === -1) return [];
  return stack
    .slice(start + message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .+:\d+(:\d+)?\)?$/.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => (line.includes('://') && !line.includes('file://') ? scrubText(line) : line));
}

/**
 * A value as it may be logged. Plain objects, lists, numbers and texts stay, texts scrubbed; errors lose all but their
 * chosen fields; values under a key that names a secret or a whole object of a library are masked; instances of
 * classes are named only.
 */
export function redactValue(value: unknown, depth: number = DEPTH_MAX): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '[function]' : value;
  if (isError(value)) return redactError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth === 0) return '[nested]';
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => redactValue(item, depth - 1));
  return isPlainObject(value) ? redactFields(value, depth - 1) : '[object]';
}

/** An instance of a class may hold anything behind its fields; a plain object is what somebody wrote for the log. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The fields of a log line or of an object in it, as they may be logged. */
export function redactFields(fields: object, depth: number = DEPTH_MAX): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, ITEMS_MAX)
      .map(([key, value]) => [scrubText(key), redactField(key, value, depth)]),
  );
}

/** Whatever was thrown, under `err` it has the form of an error. */
function redactField(key: string, value: unknown, depth: number): unknown {
  if (!isLoggable(key, value)) return MASK;
  return key === 'err' && value !== undefined ? redactError(value) : redactValue(value, depth);
}

/** Absent values, numbers and booleans tell no secret: `tokenCount: 3` stays. */
function isLoggable(key: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean')
    return true;
  return !SECRET_KEY.test(key) && !WHOLE_OBJECT_KEY.test(key);
}
