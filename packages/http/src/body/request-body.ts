import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { MIMEType } from 'node:util';
import { ProblemError } from '@tocsin/contract';
import { createTurns } from '../limits/rate-limit.ts';
import type { BodyShare } from './body-room.ts';
import { inflate, tooLarge } from './inflate.ts';

/** What gzip may add to data that does not compress, at 10 to 32 MiB. */
const GZIP_OVERHEAD_BYTES_MAX = 64 * 1024;

export interface HttpExchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/** How slow a body may be before it is given up: it would hold room that others need. */
export interface BodyPace {
  /** Time in which any speed is accepted. */
  graceMs: number;
  /** Afterwards: the average from the start. */
  bytesPerSecondMin: number;
}

export const BODY_PACE: BodyPace = { graceMs: 5_000, bytesPerSecondMin: 8 * 1024 };

/** The cost of each piece, as a number of bytes that take as long. */
const PIECE_COST_BYTES = 1_024;
/** No honest client sends so many pieces that hold so little. */
const PIECES_FREE = 10_000;
const BYTES_PER_PIECE_MIN = 16;

export interface ReadBodyOptions {
  /** What the body may have after decompression. */
  bytesMax: number;
  share: BodyShare;
  pace: BodyPace;
}

/** A body as it came. */
export interface ReceivedBody {
  bytes: Buffer;
  isGzip: boolean;
}

/** Whether a request announces no body at all. */
export function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0';
}

/**
 * Reads a request's body whole, as it comes; a caller that asked first (`Expect: 100-continue`) gets its `100 Continue`
 * only now. What is too large, too slow or in too small pieces is refused as soon as that is known.
 *
 * @returns its bytes, which are counted in the share
 * @throws ProblemError `request_too_large`, `unsupported_media_type` (an encoding other than gzip), `malformed_body`,
 *   `request_timeout`, or `overloaded` where there is no room
 */
export async function receiveBody(exchange: HttpExchange, options: ReadBodyOptions): Promise<ReceivedBody> {
  const { request } = exchange;
  if (hasNoBody(request)) return { bytes: Buffer.alloc(0), isGzip: false };
  const isGzip = readEncoding(request) === 'gzip';
  const wireBytesMax = options.bytesMax + (isGzip ? GZIP_OVERHEAD_BYTES_MAX : 0);
  if (Number(request.headers['content-length'] ?? 0) > wireBytesMax) throw tooLarge(options.bytesMax);
  if (request.headers.expect?.toLowerCase() === '100-continue') exchange.response.writeContinue();
  return { bytes: await receive(request, { ...options, wireBytesMax }), isGzip };
}

/**
 * As `receiveBody`, for a body small enough to be decompressed on the main thread.
 *
 * @returns the bytes, decompressed; they are counted in the share
 * @throws ProblemError as `receiveBody` and `inflate` do
 */
export async function readBody(exchange: HttpExchange, options: ReadBodyOptions): Promise<Buffer> {
  const { bytes, isGzip } = await receiveBody(exchange, options);
  return isGzip ? inflate(bytes, options.bytesMax, options.share.take) : bytes;
}

function readEncoding({ headers }: IncomingMessage): 'identity' | 'gzip' {
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (encoding === 'identity') return 'identity';
  if (encoding === 'gzip' || encoding === 'x-gzip') return 'gzip';
  throw new ProblemError('unsupported_media_type', { detail: 'The Content-Encoding must be gzip or none.' });
}

/** How long a refused body is read; milliseconds. */
const LINGER_MS = 5_000;

/** The pause between two reads of it. A proxy has read the answer by then, and sends no more. */
const LINGER_REST_MS = 10;

/** Bodies that are being thrown away. */
const unwanted = new WeakSet<IncomingMessage>();

/**
 * Reads and drops the rest of a refused body, for a bounded time, so that its caller reads the answer. In turns with
 * other requests: by itself Node reads up to 2 MiB of each connection before it does anything else, and takes one new
 * connection in that time. An answer that ends the connection waits for the body, since the kernel resets a connection
 * with unread data, and the caller might never see the answer.
 */
export function throwBodyAway(request: IncomingMessage): void {
  if (request.complete || unwanted.has(request)) return;
  unwanted.add(request);
  const { socket } = request;
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    if (request.complete) return destroySoon();
    socket.end();
    request.once('end', () => socket.destroy());
  };
  const turns = createTurns();
  request.on('data', (piece: Buffer) => {
    if (!turns.spend(PIECE_COST_BYTES + piece.length)) return;
    request.pause();
    turns
      .next()
      .then(() => delay(LINGER_REST_MS))
      .then(() => request.resume());
  });
  request.resume();
  setTimeout(() => {
    if (!request.complete) request.destroy();
  }, LINGER_MS).unref();
}

interface ReceiveOptions extends ReadBodyOptions {
  /** What may come, compressed or not. */
  wireBytesMax: number;
}

/** The bytes as they came. Room for all that is announced is kept before the first of them is read. */
function receive(request: IncomingMessage, options: ReceiveOptions): Promise<Buffer> {
  const { bytesMax, wireBytesMax, share, pace } = options;
  const contentLength = request.headers['content-length'];
  const announced = contentLength === undefined ? undefined : Number(contentLength);
  if (announced !== undefined) share.hold(announced);
  const store = createByteStore(announced ?? wireBytesMax, announced);
  const turns = createTurns();
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let pieces = 0;
    let isDone = false;

    function stop(error: unknown): void {
      leave();
      throwBodyAway(request);
      reject(error);
    }
    function leave(): void {
      isDone = true;
      clearInterval(timer);
      request.off('data', take).off('end', finish).off('close', abort);
    }
    function take(piece: Buffer): void {
      try {
        keep(piece);
      } catch (error) {
        stop(error);
        return;
      }
      if (!turns.spend(PIECE_COST_BYTES + piece.length)) return;
      request.pause();
      turns.next().then(() => isDone || request.resume());
    }
    function keep(piece: Buffer): void {
      const length = store.length + piece.length;
      if (length > wireBytesMax) throw tooLarge(bytesMax);
      pieces += 1;
      if (pieces > PIECES_FREE && length < pieces * BYTES_PER_PIECE_MIN) throw tooSmallPieces();
      share.take(store.needFor(piece.length));
      store.add(piece);
    }
    function finish(): void {
      leave();
      resolve(store.bytes());
    }
    function abort(): void {
      stop(new ProblemError('malformed_body', { detail: 'The body broke off.' }));
    }
    const isSlow = () =>
      !request.isPaused() &&
      store.length < (pace.bytesPerSecondMin * (performance.now() - startedAt)) / 1_000;
    /** Data that arrived while this process was busy is read first: only the caller's pace counts. */
    function checkPace(): void {
      if (!isSlow()) return;
      setImmediate(() =>
        setImmediate(() => {
          if (!isDone && isSlow()) stop(new ProblemError('request_timeout'));
        }),
      );
    }

    const timer = setInterval(checkPace, pace.graceMs);
    // The caller may have hung up while its key was looked up; no event comes for that any more.
    if (request.destroyed) return abort();
    request.on('data', take).once('end', finish).once('close', abort);
    // Keeps a broken connection from being an unhandled error; `close` follows.
    request.once('error', () => {});
  });
}

function tooSmallPieces(): ProblemError {
  return new ProblemError('malformed_body', {
    detail: `The body comes in pieces of fewer than ${BYTES_PER_PIECE_MIN} bytes. Send larger ones.`,
  });
}

/** Headers that nearly every request has; they need no parsing. */
const COMMON = new Set(['application/json', 'application/x-ndjson']);

/**
 * @param header the value of `Content-Type`
 * @returns type and subtype in lower case without parameters; empty where the request has none
 * @throws ProblemError `unsupported_media_type` where it cannot be read or its charset is not UTF-8
 */
export function readMediaType(header: string | undefined): string {
  if (header === undefined || header === '') return '';
  if (COMMON.has(header)) return header;
  let type: MIMEType;
  try {
    type = new MIMEType(header);
  } catch {
    throw new ProblemError('unsupported_media_type', { detail: 'The Content-Type could not be read.' });
  }
  const charset = type.params.get('charset')?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new ProblemError('unsupported_media_type', { detail: 'The charset must be utf-8.' });
  }
  return type.essence;
}

/** Refuses a body of any other type, naming those that are taken. */
export function requireMediaType(mediaType: string, accepted: readonly string[]): void {
  if (accepted.includes(mediaType)) return;
  throw new ProblemError('unsupported_media_type', {
    detail: `The Content-Type must be ${accepted.join(' or ')}${insteadOf(mediaType)}.`,
  });
}

const NAMED_CHARACTERS_MAX = 100;

function insteadOf(mediaType: string): string {
  if (mediaType === '') return '; the request has none';
  if (mediaType === 'application/x-www-form-urlencoded')
    return `, not ${mediaType}, which curl sends unless it is given another: -H 'Content-Type: application/json'`;
  return `, not ${mediaType.slice(0, NAMED_CHARACTERS_MAX)}`;
}

/** Bytes that come in pieces, kept in one buffer: ten million pieces of one byte take no more than ten million bytes. */
export interface ByteStore {
  /** @returns how much more memory is held than before */
  needFor(bytes: number): number;
  add(piece: Buffer): void;
  bytes(): Buffer;
  readonly length: number;
}

const FIRST_BYTES = 16 * 1024;

/**
 * @param bytesMax what comes at most; more than that is the caller's to refuse
 * @param firstBytes what is held from the first piece on: where it is known how much will come, all of it
 */
export function createByteStore(bytesMax: number, firstBytes = FIRST_BYTES): ByteStore {
  let held = Buffer.alloc(0);
  let length = 0;

  function capacityFor(bytes: number): number {
    if (length + bytes <= held.length) return held.length;
    return Math.max(length + bytes, Math.min(bytesMax, Math.max(firstBytes, held.length * 2)));
  }

  return {
    needFor: (bytes) => capacityFor(bytes) - held.length,
    add(piece) {
      const capacity = capacityFor(piece.length);
      if (capacity > held.length) {
        const larger = Buffer.allocUnsafeSlow(capacity);
        held.copy(larger, 0, 0, length);
        held = larger;
      }
      piece.copy(held, length);
      length += piece.length;
    },
    bytes: () => held.subarray(0, length),
    get length() {
      return length;
    },
  };
}
