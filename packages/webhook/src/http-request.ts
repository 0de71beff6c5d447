import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { ConnectionProgress } from '@tocsin/egress';
import type { Timings as GotTimings } from 'got';
import { formatAddress } from './format-address.ts';
import { closeIdleSockets, originOf } from './idle-sockets.ts';
import { awaitedPhase, type ConnectionFacts, timingsOf } from './phases.ts';
import { isPlainAnswer } from './plain-answer.ts';
import { type WatchedConnection, watchConnection } from './watched-connection.ts';

/** Node's own default, pinned so that a command line flag cannot lift it. */
const RESPONSE_HEADER_BYTES_MAX = 16 * 1024;

/**
 * How many 1xx are read before the answer. After that the connection is not read any more and the attempt ends at its
 * deadline: a flood of them kept the event loop from every other delivery for seconds at a time.
 */
const INFORMATION_RESPONSES_MAX = 100;

const GIVEN_UP = new Error('given up by its request');

export interface HttpRequestOptions {
  readonly agents: { readonly http: http.Agent; readonly https: https.Agent };
  /** All but `Host`: name, value, name, value… */
  readonly headers: readonly string[];
  /** Close what connections to this receiver are idle, so that none of them is used. */
  readonly onNewSocket: boolean;
}

export interface HttpRequestListeners {
  /**
   * Called before got handles a request's error: the part of the answer that has come can still be read then, and is
   * lost as soon as got ends the request.
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
        // Reads bare LF, folded fields, a length beside chunks and the like. What it may be wrong about (where an answer
        // ends) concerns only the next request on the connection, and that is kept for plain answers alone.
        insecureHTTPParser: true,
        connectionProgress: progress,
      } as RequestOptions);
      // Stays on: got listens for one error only; see the note at its stream's.
      request.on('error', onError);
      request.once('response', (message) => {
        response = message;
        // Before Node's own listener, which returns the connection to its agent.
        message.prependOnceListener('end', keepOrClose);
      });
      request.on('information', () => {
        informationCount++;
        // Not at once: Node's parser resumes the socket after each message of what it has read. Where the answer is
        // among it, got resumes the socket once more to read that.
        if (informationCount === INFORMATION_RESPONSES_MAX) process.nextTick(() => request?.socket?.pause());
      });
      request.once('socket', (socket) => {
        connection = watchConnection(socket);
        connection.begin();
        reachedIp = socket.remoteAddress;
      });
      return request;
    },
    /** Whether the answer has come to its end, though some of it may not have been read yet. */
    isAnswered: () => response?.complete === true,
    /** What has come of the body and was not read yet. */
    unread: (): Buffer | null => response?.read() ?? null,
    /** Gives the connection up that is being made, if there is none yet. */
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
