import { isUtf8 } from 'node:buffer';
import { type AlertSpan, gatherAlerts, LIMITS, ProblemError } from '@tocsin/contract';
import { scanBody, skipBlank, startOfJson } from '@tocsin/http';

/** One alert of a request, found in its body but not built yet, or why it could not be read. */
export type Item =
  | { kind: 'found'; body: Buffer; alert: AlertSpan }
  | { kind: 'unreadable'; message: string };

export interface Items {
  /** The request was one alert by itself, so that its fault is the request's. */
  lone: boolean;
  items: Item[];
}

const EXPECTED =
  'Send an alert as a JSON object, several as an array, or as application/x-ndjson one a line.';

const NEWLINE = 0x0a;
const OPEN_ARRAY = 0x5b;

/**
 * Finds the alerts in a request's body. Nothing is built: of each, where it lies and where its fields do.
 *
 * @param contentType `application/json` or `application/x-ndjson`
 * @throws ProblemError `malformed_body` where nothing can be read, `too_many_alerts`, or `invalid_alert` for none at all
 */
export function readItems(body: Buffer, contentType: string): Items {
  const read = contentType === 'application/x-ndjson' ? readLines(body) : readJson(body);
  if (read.items.length === 0)
    throw new ProblemError('invalid_alert', { detail: `The request holds no alert. ${EXPECTED}` });
  return read;
}

function readJson(body: Buffer): Items {
  const start = startOfJson(body);
  const first = skipBlank(body, start);
  if (first === body.length)
    throw new ProblemError('malformed_body', { detail: `The body is empty. ${EXPECTED}` });
  const lone = body[first] !== OPEN_ARRAY;
  return { lone, items: findAlerts(body, { start, end: body.length, depth: lone ? 0 : 1 }) };
}

/** @param place `depth` is how many arrays are around each alert */
function findAlerts(
  body: Buffer,
  { start, end, depth }: { start: number; end: number; depth: number },
): Item[] {
  const items: Item[] = [];
  const gathered = gatherAlerts(body, depth, (alert) => {
    items.push({ kind: 'found', body, alert });
    return items.length <= LIMITS.alertsPerRequestMax;
  });
  const bounds = { start, end, depthMax: LIMITS.jsonDepthMax + depth, skipTooDeep: true };
  const { kind } = scanBody(body, { ...gathered, ...bounds });
  if (kind === 'stopped') throw new ProblemError('too_many_alerts');
  return items;
}

function readLines(body: Buffer): Items {
  const items: Item[] = [];
  for (let start = skipBlank(body, 0); start < body.length; ) {
    if (items.length === LIMITS.alertsPerRequestMax) throw new ProblemError('too_many_alerts');
    const newline = body.indexOf(NEWLINE, start);
    const end = newline === -1 ? body.length : newline;
    items.push(readLine(body, start, end));
    start = skipBlank(body, end);
  }
  return { lone: false, items };
}

/** A line that cannot be read is that one alert's fault, and not the request's. */
function readLine(body: Buffer, start: number, end: number): Item {
  const line = body.subarray(start, end);
  if (!isUtf8(line)) return { kind: 'unreadable', message: 'The line is not valid UTF-8.' };
  try {
    const place = { start: startOfJson(line), end: line.length, depth: 0 };
    return findAlerts(line, place)[0] as Item;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { kind: 'unreadable', message: error.detail.replace('The body', 'The line') };
  }
}
