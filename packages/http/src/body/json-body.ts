import { isUtf8 } from 'node:buffer';
import { type AlertSpan, buildAlert, gatherAlerts, LIMITS, ProblemError } from '@tocsin/contract';
import {
  createJsonScan,
  type JsonBounds,
  type JsonScanOptions,
  type JsonVerdict,
  type ScannedValue,
  scanJson,
} from '@tocsin/json';
import { createTurns, SLICE_BYTES, type Turns } from '../limits/rate-limit.ts';
import { type BadBody, encodingHint, isBlank, syntaxHint } from './body-words.ts';
import { type HttpExchange, hasNoBody, readMediaType, requireMediaType } from './request-body.ts';

/** The default bounds of a body: the largest, a destination, needs about a third of them. */
const BOUNDS: JsonBounds = { depthMax: LIMITS.jsonDepthMax, valuesMax: 5_000, entriesMax: LIMITS.listedMax };

export interface JsonBodyOptions {
  read: (exchange: HttpExchange) => Promise<Buffer>;
  /** Whether there may be no body at all. */
  isOptional: boolean;
  bounds?: JsonBounds;
  /** The body is one alert. */
  isAlert?: boolean;
  /** The body is a list, of which each item is built by itself, by what it holds and its place. */
  items?: ItemsToBuild;
}

export interface ItemsToBuild {
  /** Of the text of one item. */
  bytesMax: number;
  build: (value: unknown, index: number) => unknown;
}

/**
 * Reads a JSON body.
 *
 * @returns what it holds, or undefined where it is absent and may be
 * @throws ProblemError as `readBody` and `parseJson` do, `unsupported_media_type` for another type, and
 *   `invalid_request` for a body that is missing
 */
export async function readJsonBody(exchange: HttpExchange, options: JsonBodyOptions): Promise<unknown> {
  const { read, isOptional, bounds = BOUNDS, isAlert = false, items } = options;
  const { request } = exchange;
  const header = request.headers['content-type'];
  const isAbsent = hasNoBody(request);
  if (isAbsent && isOptional) return undefined;
  if (!(isAbsent && header === undefined)) requireMediaType(readMediaType(header), ['application/json']);
  const bytes = await read(exchange);
  if (bytes.length > 0) {
    if (items !== undefined) return parseItems(bytes, bounds, items);
    return isAlert ? parseAlert(bytes) : parseJson(bytes, bounds);
  }
  if (isOptional) return undefined;
  throw new ProblemError('invalid_request', {
    detail: 'The request has no body; JSON is expected.',
    errors: [{ path: '', message: 'a JSON body is required' }],
  });
}

/** Parses a body once it is known that it keeps within the bounds. */
async function parseJson(bytes: Buffer, bounds: JsonBounds): Promise<unknown> {
  const start = startOfJson(bytes);
  await scanInSlices(bytes, { ...bounds, start });
  return JSON.parse(bytes.toString('utf8', start)) as unknown;
}

/** Builds a list item by item, letting others have their turn in between: a long one would hold them up otherwise. */
export async function parseItems(
  bytes: Buffer,
  bounds: JsonBounds,
  { bytesMax, build }: ItemsToBuild,
): Promise<unknown[]> {
  const found: { start: number; end: number }[] = [];
  let isList = false;
  const turns = createTurns();
  const report = ({ depth, kind, start, end }: ScannedValue) => {
    if (depth === 1) found.push({ start, end });
    else isList = kind === 'array';
    return true;
  };
  await scanInSlices(bytes, { ...bounds, start: startOfJson(bytes), reportDepth: 1, report }, turns);
  if (!isList) throw outOfBounds('must be a list');
  const items: unknown[] = [];
  for (const [index, { start, end }] of found.entries()) {
    if (end - start > bytesMax) throw outOfBounds(`must not hold an item of more than ${bytesMax} bytes`);
    items.push(build(JSON.parse(bytes.toString('utf8', start, end)), index));
    if (turns.spend(end - start)) await turns.next();
  }
  return items;
}

/** Builds of a body that is one alert what its schema looks at. */
async function parseAlert(bytes: Buffer): Promise<unknown> {
  let alert: AlertSpan | undefined;
  const gathered = gatherAlerts(bytes, 0, (found) => {
    alert = found;
    return true;
  });
  await scanInSlices(bytes, { ...gathered, depthMax: LIMITS.jsonDepthMax, start: startOfJson(bytes) });
  return buildAlert(bytes, alert as AlertSpan);
}

/**
 * @returns where the JSON begins: a byte order mark before it means nothing (RFC 8259, 8.1)
 * @throws ProblemError `malformed_body` where it is not UTF-8
 */
export function startOfJson(bytes: Buffer): number {
  if (!isUtf8(bytes))
    throw new ProblemError('malformed_body', {
      detail: `The body is not valid UTF-8.${encodingHint(bytes)}`,
    });
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** Scans JSON in one go. @throws ProblemError as `scanInSlices` */
export function scanBody(bytes: Buffer, options: JsonScanOptions): JsonVerdict {
  const { start = 0, end = bytes.length } = options;
  return refuse(scanJson(bytes, options), options, { bytes, start, end });
}

/**
 * Scans JSON, letting others have their turn in between.
 *
 * @param turns counts what is scanned, and lets the others have their turn
 * @throws ProblemError `malformed_body`, with the place of the fault but none of the text, or `invalid_request` where it
 *   does not keep within the bounds
 */
export async function scanInSlices(
  bytes: Buffer,
  options: JsonScanOptions,
  turns: Turns = createTurns(),
): Promise<JsonVerdict> {
  const { start = 0, end = bytes.length } = options;
  const scan = createJsonScan(bytes, options);
  for (let left = end - start; ; left -= SLICE_BYTES) {
    const verdict = scan.advance(SLICE_BYTES);
    if (verdict !== null) {
      turns.spend(Math.max(0, left));
      return refuse(verdict, options, { bytes, start, end });
    }
    if (turns.spend(SLICE_BYTES)) await turns.next();
  }
}

function refuse(verdict: JsonVerdict, bounds: JsonBounds, body: BadBody): JsonVerdict {
  switch (verdict.kind) {
    case 'malformed':
      throw new ProblemError('malformed_body', {
        detail: isBlank(body)
          ? 'The body is empty; JSON is expected.'
          : `The body is not valid JSON, at byte ${verdict.at}.${syntaxHint(body, verdict.at)}`,
      });
    case 'too_deep':
      throw outOfBounds(`must not nest deeper than ${bounds.depthMax} levels`);
    case 'too_many_values':
      throw outOfBounds(`must not hold more than ${bounds.valuesMax} values`);
    case 'too_many_entries':
      throw outOfBounds(`must not hold a list of more than ${bounds.entriesMax} entries`);
    default:
      return verdict;
  }
}

function outOfBounds(message: string): ProblemError {
  return new ProblemError('invalid_request', {
    detail: `The body ${message}.`,
    errors: [{ path: '', message }],
  });
}
