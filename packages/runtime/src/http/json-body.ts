import { isUtf8 } from 'node:buffer';
import { ProblemError } from '@tocsin/contract';
import { readMediaType, requireMediaType } from './media-type.ts';
import { type BodyReader, type Exchange, hasNoBody } from './request-body.ts';

export interface JsonBodyOptions {
  readBody: BodyReader;
  bytesMax: number;
  /** Whether there may be no body at all. */
  isOptional: boolean;
}

/**
 * Reads a JSON body.
 *
 * @returns what it holds, or undefined where it is absent and may be
 * @throws ProblemError as `BodyReader` and `parseJson` do, `unsupported_media_type` for another type, and
 *   `invalid_request` for a body that is missing
 */
export async function readJson(
  exchange: Exchange,
  { readBody, bytesMax, isOptional }: JsonBodyOptions,
): Promise<unknown> {
  const { request } = exchange;
  const header = request.headers['content-type'];
  const isAbsent = hasNoBody(request);
  if (isAbsent && isOptional) return undefined;
  if (!(isAbsent && header === undefined)) requireMediaType(readMediaType(header), ['application/json']);
  const bytes = await readBody(exchange, bytesMax);
  if (bytes.length > 0) return parseJson(bytes);
  if (isOptional) return undefined;
  throw new ProblemError('invalid_request', {
    detail: 'The request has no body.',
    errors: [{ path: '', message: 'a JSON body is required' }],
  });
}

/**
 * Parses a body, or a line of one. A byte order mark before it means nothing (RFC 8259, 8.1).
 *
 * @throws ProblemError `malformed_body`, with the place of the fault but none of the text
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ProblemError('malformed_body', { detail: 'The body is not valid UTF-8.' });
  const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = bytes.toString('utf8', hasByteOrderMark ? 3 : 0);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const place = /at position \d+(?: \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0];
    throw new ProblemError('malformed_body', {
      detail: place === undefined ? 'The body is not valid JSON.' : `The body is not valid JSON, ${place}.`,
    });
  }
}
