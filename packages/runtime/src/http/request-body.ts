import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ProblemError } from '@tocsin/contract';

const inflate = promisify(gunzip);

/** What gzip may add to data that does not compress, at 10 to 32 MiB. */
const GZIP_OVERHEAD_BYTES_MAX = 64 * 1024;

/** Bodies that may be in memory at once; 25 of the largest. Beyond it a storm would end the process, not just wait. */
const HELD_BYTES_MAX = 256 * 1024 * 1024;

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/**
 * Reads a request's body whole. What is too large is refused as soon as that is known, by the announced length or on
 * the way, and the rest is thrown away as it comes.
 *
 * @param bytesMax what the body may have after decompression
 * @returns the bytes, decompressed
 * @throws ProblemError `request_too_large`, `unsupported_media_type` (an encoding other than gzip), `malformed_body`, or
 *   `overloaded` where too many bodies are in memory already
 */
export type BodyReader = (exchange: Exchange, bytesMax: number) => Promise<Buffer>;

/** Whether a request announces no body at all. */
export function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0';
}

/**
 * @param heldBytesMax bytes of bodies of requests that are not answered yet, over all connections
 */
export function createBodyReader(heldBytesMax = HELD_BYTES_MAX): BodyReader {
  let heldBytes = 0;

  /** Counts a request's bytes until its answer is out. */
  function createHold(response: ServerResponse): (bytes: number) => boolean {
    let own = 0;
    response.once('close', () => {
      heldBytes -= own;
      own = 0;
    });
    return (bytes) => {
      if (response.destroyed || heldBytes + bytes > heldBytesMax) return false;
      own += bytes;
      heldBytes += bytes;
      return true;
    };
  }

  return async ({ request, response }, bytesMax) => {
    if (hasNoBody(request)) return Buffer.alloc(0);
    const isCompressed = readEncoding(request) === 'gzip';
    const hold = createHold(response);
    const wireBytesMax = isCompressed ? bytesMax + GZIP_OVERHEAD_BYTES_MAX : bytesMax;
    const received = await receive(request, { wireBytesMax, bytesMax, hold });
    if (!isCompressed || received.length === 0) return received;
    const bytes = await decompress(received, bytesMax);
    if (!hold(bytes.length)) throw new ProblemError('overloaded');
    return bytes;
  };
}

function readEncoding({ headers }: IncomingMessage): 'identity' | 'gzip' {
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (encoding === 'identity') return 'identity';
  if (encoding === 'gzip' || encoding === 'x-gzip') return 'gzip';
  throw new ProblemError('unsupported_media_type', { detail: 'The Content-Encoding must be gzip or none.' });
}

interface Limits {
  wireBytesMax: number;
  bytesMax: number;
  hold: (bytes: number) => boolean;
}

function receive(request: IncomingMessage, { wireBytesMax, bytesMax, hold }: Limits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;

    /** The stream flows on without a reader: what still comes is thrown away, and the connection stays usable. */
    function stop(error: ProblemError): void {
      request.off('data', take).off('end', finish).off('close', abort);
      reject(error);
    }
    function take(chunk: Buffer): void {
      size += chunk.length;
      if (size > wireBytesMax) stop(tooLarge(bytesMax));
      else if (!hold(chunk.length)) stop(new ProblemError('overloaded'));
      else chunks.push(chunk);
    }
    function finish(): void {
      request.off('close', abort);
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
    }
    function abort(): void {
      stop(new ProblemError('malformed_body', { detail: 'The body broke off.' }));
    }

    // The caller may have gone while its key was looked up; no event would tell of it again.
    if (request.destroyed) return abort();
    if (Number(request.headers['content-length'] ?? 0) > wireBytesMax) return stop(tooLarge(bytesMax));
    request.on('data', take).once('end', finish).once('close', abort);
    // Keeps a broken connection from being an unhandled error; `close` follows.
    request.once('error', () => {});
  });
}

async function decompress(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(bytesMax);
    throw new ProblemError('malformed_body', { detail: 'The body is not valid gzip.' });
  }
}

function tooLarge(bytesMax: number): ProblemError {
  return new ProblemError('request_too_large', {
    detail: `The body has more than ${bytesMax} bytes after decompression.`,
  });
}
