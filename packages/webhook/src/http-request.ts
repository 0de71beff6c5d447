import http, { type ClientRequest, type Agent as HttpAgent, type IncomingMessage } from 'node:http';
import https, { type Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isIP, isIPv6 } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Timings } from '@tocsin/contract';
import type { ConnectionProgress } from '@tocsin/egress';
import type { Timings as GotTimings } from 'got';
import { isPlainAnswer, type WatchedConnection, watchConnection } from './watched-connection.ts';

/** Node's own default, pinned so that a command line flag cannot lift it. */
const RESPONSE_HEADER_BYTES_MAX = 16 * 1024;

/**
 * How many 1xx are read before the answer. After that the connection is not read any more and the attempt ends at its
 * deadline: a flood of them blocked all other deliveries for seconds at a time.
 */
const INFORMATION_RESPONSES_MAX = 100;

const GIVEN_UP = new Error('given up by its request');

export interface HttpRequestOptions {
  readonly agents: { readonly http: http.Agent; readonly https: https.Agent };
  /** All but `Host`: name, value, name, value… */
  readonly headers: readonly string[];
  /** Close the idle connections to this receiver, so that none of them is used. */
  readonly onNewSocket: boolean;
}

export interface HttpRequestListeners {
  /**
   * Called before got handles a request's error: the part of the answer that has arrived can still be read then; it is
   * lost when got ends the request.
   */
  readonly onError: (error: Error) => void;
}

/** Makes one request for got, and can tell about its connection. */
export function createHttpRequest(
  { agents, headers, onNewSocket }: HttpRequestOptions,
  { onError }: HttpRequestListeners,
) {
  let request: ClientRequest | undefined;
  let response: IncomingMessage | undefined;
  let connection: WatchedConnection | undefined;
  let reachedIp: string | undefined;
  let port = 0;
  const abandoned = new AbortController();
  const progress: ConnectionProgress = { signal: abandoned.signal };
  let informationCount = 0;
  let isLiteral = false;
  let isSecure = false;

  return {
    /** got's `request` option. Only what is named here is sent, whatever got's options hold. */
    open(url: URL): ClientRequest {
      const { agent, hostname, ...origin } = originOf(url, agents);
      ({ isSecure, port } = origin);
      isLiteral = isIP(hostname) !== 0;
      if (onNewSocket) closeIdleSockets(agent, hostname, port);
      request = (isSecure ? https : http).request({
        method: 'POST',
        protocol: url.protocol,
        hostname,
        port,
        path: `${url.pathname}${url.search}`,
        agent,
        headers: ['Host', url.host, ...headers],
        maxHeaderSize: RESPONSE_HEADER_BYTES_MAX,
        // Accepts bare LF, folded fields, a length beside chunks and the like. A wrong end of an answer would harm only
        // the next request on the connection, and only after a plain answer is a connection used again.
        insecureHTTPParser: true,
        connectionProgress: progress,
      } as RequestOptions);
      // Never removed: got listens for one error only; see `exchange.ts`.
      request.on('error', onError);
      request.once('response', (message) => {
        response = message;
        // Before Node's own listener, which returns the connection to its agent.
        message.prependOnceListener('end', keepOrClose);
      });
      request.on('information', () => {
        informationCount++;
        // Not at once: Node's parser resumes the socket after each message that it has read. Where the answer is among
        // them, got resumes the socket once more to read it.
        if (informationCount === INFORMATION_RESPONSES_MAX) process.nextTick(() => request?.socket?.pause());
      });
      request.once('socket', (socket) => {
        connection = watchConnection(socket);
        connection.begin();
        reachedIp = socket.remoteAddress;
      });
      return request;
    },
    /** Whether the whole answer has arrived, even if not all of it was read yet. */
    isAnswered: () => response?.complete === true,
    /** The part of the body that has arrived unread. */
    unread: (): Buffer | null => response?.read() ?? null,
    /** Aborts the connection if it is still being made. */
    abandon: () => abandoned.abort(GIVEN_UP),
    describe(timings: GotTimings | undefined) {
      const facts: ConnectionFacts = {
        isReused: request?.reusedSocket === true,
        isLiteral,
        isSecure,
        progress,
      };
      const ip = reachedIp ?? progress.ip;
      return {
        address: ip === undefined ? null : formatAddress(ip, port),
        isSocketReused: facts.isReused,
        isSent: request?.writableFinished === true,
        answerBytes: connection?.receivedBytes() ?? 0,
        timings: timingsOf(timings, facts),
        awaited: awaitedPhase(timings, facts),
      };
    },
  };

  function keepOrClose(): void {
    const received = connection?.received() ?? null;
    connection?.rest();
    if (received === null || !isPlainAnswer(received)) request?.socket?.destroy();
  }
}

/**
 * Closes an agent's idle connections to one origin, so that its next request to it opens a new one. Connections in use
 * are left alone. If one idle connection turned out closed, the others may be closed too.
 *
 * An agent without keep-alive, or a `createConnection` without an agent, would also open a new one, but without the
 * guarded agent's options (look-up, authorities, limits).
 *
 * @param host as in a request's `hostname`: an IPv6 address without brackets
 */
function closeIdleSockets(agent: HttpAgent, host: string, port: number): void {
  // As `agent.getName` documents, the name of a pool begins with host and port, for HTTPS too.
  const prefix = `${host}:${port}:`;
  for (const [name, sockets] of Object.entries(agent.freeSockets)) {
    if (!name.startsWith(prefix)) continue;
    for (const socket of sockets ?? []) socket.destroy();
  }
}

/**
 * Resolves once every idle connection that its receiver has closed by now is known to be closed, so that none is used.
 *
 * The event loop sees a close when it next polls the kernel, and a POST is often made before that: right after a pause,
 * 80 of 200 used a connection that was closed already. The second turn begins after such a poll.
 */
export async function closedIdleSockets(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** Where a URL's requests go: as Node's request options and its agent's pools name it. */
function originOf(url: URL, agents: { readonly http: HttpAgent; readonly https: HttpsAgent }) {
  const isSecure = url.protocol === 'https:';
  return {
    isSecure,
    agent: isSecure ? agents.https : agents.http,
    hostname: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
  };
}

/** What is known about the connection that a request used. */
export interface ConnectionFacts {
  readonly isReused: boolean;
  /** The URL's host is an address, so there is nothing to resolve. */
  readonly isLiteral: boolean;
  readonly isSecure: boolean;
  /** How far connecting came; untouched on a reused connection. */
  readonly progress: Omit<ConnectionProgress, 'signal'>;
}

/**
 * What an attempt records: how long each phase took, in milliseconds. Null where a phase did not happen or did not end.
 * Of several addresses, connection and TLS are those of the one that was reached; time lost on the others counts as
 * connection time.
 */
export function timingsOf(timings: GotTimings | undefined, facts: ConnectionFacts): Timings {
  const { startedAt, lookedUpAt, connectedAt, securedAt } = facts.progress;
  return {
    dnsMs: facts.isLiteral ? null : between(startedAt, lookedUpAt),
    connectMs: between(lookedUpAt, connectedAt),
    tlsMs: between(connectedAt, securedAt),
    // got measures with the wall clock, which can be set back.
    firstByteMs: between(0, timings?.phases.firstByte),
  };
}

/** @returns what a request was waiting for when it was stopped */
export function awaitedPhase(timings: GotTimings | undefined, facts: ConnectionFacts): string {
  const { startedAt, lookedUpAt, connectedAt, securedAt } = facts.progress;
  if (timings?.response !== undefined) return 'the rest of the answer';
  if (facts.isReused) return 'an answer';
  if (startedAt !== undefined && lookedUpAt === undefined) return 'the host name to be resolved';
  if (connectedAt === undefined) return 'a connection';
  return facts.isSecure && securedAt === undefined ? 'the TLS handshake' : 'an answer';
}

function between(from: number | undefined, to: number | undefined): number | null {
  return from === undefined || to === undefined ? null : Math.max(0, to - from);
}

/** @returns `ip:port`, an IPv6 address in brackets */
export function formatAddress(ip: string, port: number): string {
  return `${isIPv6(ip) ? `[${ip}]` : ip}:${port}`;
}
