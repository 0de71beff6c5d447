import type { Socket } from 'node:net';
import { createKeptBytes } from './kept-bytes.ts';

/** Room for a head, 16 KiB of body in chunks, and some 1xx. A connection that takes more is not used again. */
const BYTES_KEPT_MAX = 64 * 1024;

/** What comes in on one connection, request by request. */
export interface WatchedConnection {
  /** A request is about to be sent: what comes from now on answers it. */
  begin(): void;
  /** How many bytes came since {@link begin}. */
  receivedBytes(): number;
  /** What came since {@link begin}; null where it is more than is kept. */
  received(): Buffer | null;
  /** The request is over: whatever comes before the next {@link begin}, an end included, closes the connection. */
  rest(): void;
}

const watched = new WeakMap<Socket, WatchedConnection>();

/**
 * Watches a connection for as long as it lives, with one pair of listeners for all of its requests. Node's agent does
 * not look at data that arrives on an idle connection: it would be read as the next request's answer.
 */
export function watchConnection(socket: Socket): WatchedConnection {
  const known = watched.get(socket);
  if (known !== undefined) return known;
  let isResting = false;
  const kept = createKeptBytes(BYTES_KEPT_MAX);
  let bytes = 0;

  socket.on('data', (chunk: Buffer) => {
    if (isResting) return socket.destroy();
    bytes += chunk.length;
    if (bytes <= BYTES_KEPT_MAX) kept.add(chunk);
    else kept.clear();
    return undefined;
  });
  socket.on('end', () => {
    if (isResting) socket.destroy();
  });
  const reset = (resting: boolean) => {
    isResting = resting;
    kept.clear();
    bytes = 0;
  };
  // A closed one is kept for a while by whatever still names it.
  socket.on('close', () => kept.clear());
  const connection: WatchedConnection = {
    begin: () => reset(false),
    receivedBytes: () => bytes,
    received: () => (bytes > BYTES_KEPT_MAX ? null : kept.bytes()),
    rest: () => reset(true),
  };
  watched.set(socket, connection);
  return connection;
}

/** The head of a message as RFC 9112 writes it: a status line and field lines, each ended by CRLF, then an empty line. */
const HEAD =
  /^HTTP\/1\.[01] (\d{3})(?: [\t\x20-\x7e\x80-\xff]*)?\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n$/;
const FRAMING = /^(content-length|transfer-encoding):([^\r]*)\r$/gim;
/** Of a 1xx, this would mean that no answer follows; so would HTTP/1.0, which knows no 1xx. */
const ENDS_CONNECTION = /^(?:HTTP\/1\.0|connection:)/im;
const CHUNK_SIZE = /^[0-9A-Fa-f]{1,8}$/;
const CRLF = '\r\n';

/**
 * Whether these bytes, all that came back for one request, are exactly one complete answer as RFC 9112 has it, with any
 * 1xx before it, and not a byte more. Only then can the connection serve another request: a client that reads anything else
 * leniently may be wrong about where the answer ended, and would take the rest for the answer to the next POST.
 *
 * What is rare and would make this longer counts as not plain: trailers, chunk extensions, transfer codings other than
 * `chunked`. An answer that ends with its connection is never plain.
 */
export function isPlainAnswer(bytes: Buffer): boolean {
  // One character a byte, so that positions in the text are those of the bytes.
  let rest = bytes.toString('latin1');
  for (;;) {
    const end = rest.indexOf('\r\n\r\n') + 4;
    const [, statusText, fields] = end < 4 ? [] : (HEAD.exec(rest.slice(0, end)) ?? []);
    if (statusText === undefined || fields === undefined) return false;
    const status = Number(statusText);
    const framing = [...fields.matchAll(FRAMING)].map(([, name = '', value = '']) => ({
      isLength: name.toLowerCase() === 'content-length',
      value: value.trim(),
    }));
    if (status >= 200) return isBodyOf(status, framing, rest.slice(end));
    const isInterim = status >= 100 && status !== 101 && !ENDS_CONNECTION.test(rest.slice(0, end));
    if (!isInterim || framing.length > 0) return false;
    rest = rest.slice(end);
  }
}

interface Framing {
  readonly isLength: boolean;
  readonly value: string;
}

function isBodyOf(status: number, framing: readonly Framing[], body: string): boolean {
  const [only, ...others] = framing;
  if (status === 204 || status === 304) return body === '' && (only === undefined || only.value === '0');
  if (only === undefined || others.length > 0) return false;
  if (only.isLength) return /^\d{1,15}$/.test(only.value) && body.length === Number(only.value);
  return only.value.toLowerCase() === 'chunked' && isChunked(body);
}

function isChunked(body: string): boolean {
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf(CRLF, at);
    const sizeText = lineEnd === -1 ? '' : body.slice(at, lineEnd);
    if (!CHUNK_SIZE.test(sizeText)) return false;
    const end = lineEnd + CRLF.length + Number.parseInt(sizeText, 16);
    if (!body.startsWith(CRLF, end)) return false;
    at = end + CRLF.length;
    if (end === lineEnd + CRLF.length) return at === body.length;
  }
}
