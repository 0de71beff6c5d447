import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Connections open at once; an idle one takes some 10 KiB. */
  connectionsMax?: number;
  /** Where all are open: how many idle ones make room for new ones in each span; what comes besides ends at once. */
  roomMade?: { max: number; spanMs: number };
  /** Requests of one connection under way at once. Hardly any client sends a request before it has the last answer. */
  pipelinedMax?: number;
  /** For a caller to read an answer that is ready, or its next part. */
  answerTimeoutMs?: number;
  /** Bytes of answers that are ready and have not been read, over all connections. */
  unreadBytesMax?: number;
}

/** How often to look for callers who do not read. */
const CHECK_MS = 500;

/**
 * Bounds what callers can make a server hold without sending anything that could be refused: connections on which nothing
 * is asked, requests sent all at once, and answers that nobody reads. Beyond `connectionsMax` the connection that has been
 * idle for the longest makes room for a new one, so that idle callers lock nobody out; where all are busy, the new one ends, and
 * so it does where many have just come: to make each of thousands ready takes the time of those who ask something.
 * Beyond `unreadBytesMax` the answer that has waited for the longest ends, with its connection.
 *
 * Call it before anything else listens to the server's requests: one that is over a limit has a destroyed socket.
 */
export function guardConnections(server: Server, limits: ConnectionLimits = {}): void {
  const {
    connectionsMax = 2_048,
    roomMade = { max: 50, spanMs: 50 },
    pipelinedMax = 16,
    answerTimeoutMs = 30_000,
    unreadBytesMax = 32 * 1024 * 1024,
  } = limits;
  /** The responses of each connection that are not out yet. */
  const open = new Map<Socket, Set<ServerResponse>>();
  /** Connections without an open response, the longest idle first. */
  const idle = new Set<Socket>();
  /** Since when answers wait to be read, on a clock that never goes back. */
  const waiting = new Map<ServerResponse, number>();
  /** How often room was made in this span. */
  let roomMadeNow = 0;

  function onConnection(socket: Socket): void {
    if (open.size >= connectionsMax) {
      roomMadeNow += 1;
      if (roomMadeNow === 1) setTimeout(beginSpan, roomMade.spanMs).unref();
      // Node ends those before it makes anything of them.
      if (roomMadeNow >= roomMade.max) server.maxConnections = connectionsMax;
      const [longestIdle] = idle;
      (longestIdle ?? socket).destroy();
      if (longestIdle === undefined) return;
      forget(longestIdle);
    }
    open.set(socket, new Set());
    idle.add(socket);
    socket.once('close', () => forget(socket));
  }

  function beginSpan(): void {
    roomMadeNow = 0;
    server.maxConnections = Number.POSITIVE_INFINITY;
  }

  function forget(socket: Socket): void {
    open.delete(socket);
    idle.delete(socket);
  }

  function onRequest({ socket }: IncomingMessage, response: ServerResponse): void {
    const running = open.get(socket);
    if (running === undefined) return;
    idle.delete(socket);
    running.add(response);
    if (running.size > pipelinedMax) socket.destroy();
    response.once('close', () => {
      running.delete(response);
      waiting.delete(response);
      if (running.size === 0 && open.has(socket)) idle.add(socket);
    });
  }

  function endUnread(): void {
    const now = performance.now();
    for (const response of [...open.values()].flatMap((running) => [...running])) {
      if (!isUnread(response)) waiting.delete(response);
      else if (!waiting.has(response)) waiting.set(response, now);
    }
    let bytes = [...open.keys()].reduce((sum, socket) => sum + socket.writableLength, 0);
    for (const [response, since] of waiting) {
      if (now - since < answerTimeoutMs && bytes <= unreadBytesMax) continue;
      bytes -= response.socket?.writableLength ?? 0;
      response.destroy();
    }
  }

  const timer = setInterval(endUnread, CHECK_MS).unref();
  server.on('connection', onConnection).on('request', onRequest);
  server.once('close', () => clearInterval(timer));
}

/** Whether an answer has been made, or a part of it as large as may wait, and its caller has not taken it. */
function isUnread(response: ServerResponse): boolean {
  return (response.writableEnded || response.writableNeedDrain) && !response.writableFinished;
}
