import type { Socket } from 'node:net';

/** Room for a head, 16 KiB of body in chunks, and some 1xx. What takes more is not kept for another request. */
const BYTES_KEPT_MAX = 64 * 1024;

/** What comes in on one connection, request by request. */
export interface WatchedConnection {
  /** A request is about to be sent: what comes from now on answers it. */
  begin(): void;
  /** How many bytes came since {@link begin}. */
  receivedBytes(): number;
  /** What came since {@link begin}; null where it is more than is kept. */
  received(): Buffer | null;
  /** Nothing is asked any more: whatever comes before the next {@link begin}, an end included, closes the connection. */
  rest(): void;
}

const watched = new WeakMap<Socket, WatchedConnection>();

/**
 * Watches a connection for as long as it lives, with one pair of listeners for all of its requests. Node's agent keeps
 * connections without looking at what comes in while they are idle: it would be read as the next request's answer.
 */
export function watchConnection(socket: Socket): WatchedConnection {
  const known = watched.get(socket);
  if (known !== undefined) return known;
  let isResting = false;
  let chunks: Buffer[] = [];
  let bytes = 0;

  socket.on('data', (chunk: Buffer) => {
    if (isResting) return socket.destroy();
    bytes += chunk.length;
    if (bytes <= BYTES_KEPT_MAX) chunks.push(chunk);
    else chunks = [];
    return undefined;
  });
  socket.on('end', () => {
    if (isResting) socket.destroy();
  });
  const reset = (resting: boolean) => {
    isResting = resting;
    chunks = [];
    bytes = 0;
  };
  const connection: WatchedConnection = {
    begin: () => reset(false),
    receivedBytes: () => bytes,
    received: () =>
      bytes > BYTES_KEPT_MAX ? null : chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks),
    rest: () => reset(true),
  };
  watched.set(socket, connection);
  return connection;
}
