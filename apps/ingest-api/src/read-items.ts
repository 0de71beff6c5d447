import { LIMITS, ProblemError } from '@tocsin/contract';
import { parseJson } from '@tocsin/runtime';

/** One alert of a request, parsed but not validated, or why it could not be parsed. */
export type Item =
  | { kind: 'parsed'; value: unknown; bytes: number }
  | { kind: 'unreadable'; message: string };

export interface Items {
  /** The request was one alert by itself, so that its fault is the request's. */
  lone: boolean;
  items: Item[];
}

const NEWLINE = 0x0a;

/** Of white space as JSON has it. */
const BLANK = /^[ \t\r]*$/;

/**
 * Splits a request's body into alerts.
 *
 * @param contentType `application/json` or `application/x-ndjson`
 * @throws ProblemError `malformed_body` where nothing can be read, `too_many_alerts`, or `invalid_alert` for none at all
 */
export function readItems(body: Buffer, contentType: string): Items {
  const read = contentType === 'application/x-ndjson' ? readLines(body) : readJson(body);
  if (read.items.length > LIMITS.alertsPerRequestMax) throw new ProblemError('too_many_alerts');
  if (read.items.length === 0)
    throw new ProblemError('invalid_alert', { detail: 'The request holds no alert.' });
  return read;
}

function readJson(body: Buffer): Items {
  const value = parseJson(body);
  if (!Array.isArray(value)) return { lone: true, items: [{ kind: 'parsed', value, bytes: body.length }] };
  // No item of a small body can be too large, so most requests are never measured.
  const measure = body.length > LIMITS.alertBytesMax ? jsonBytes : () => 0;
  return {
    lone: false,
    items: value.map((entry) => ({ kind: 'parsed', value: entry, bytes: measure(entry) })),
  };
}

function readLines(body: Buffer): Items {
  const items: Item[] = [];
  for (let start = 0; start < body.length && items.length <= LIMITS.alertsPerRequestMax; ) {
    const newline = body.indexOf(NEWLINE, start);
    const end = newline === -1 ? body.length : newline;
    const item = readLine(body.subarray(start, end));
    if (item !== null) items.push(item);
    start = end + 1;
  }
  return { lone: false, items };
}

/** A line that cannot be read is that one alert's fault, and not the request's. */
function readLine(line: Buffer): Item | null {
  try {
    return BLANK.test(line.toString('latin1'))
      ? null
      : { kind: 'parsed', value: parseJson(line), bytes: line.length };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { kind: 'unreadable', message: error.detail.replace('The body', 'The line') };
  }
}

/** Bytes of a value as compact JSON; beyond every limit where it nests too deeply to be written. */
function jsonBytes(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
