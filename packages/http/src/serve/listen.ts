import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ProblemCode, ProblemError, problemDocument } from '@tocsin/contract';
import { type ConnectionLimits, guardConnections } from '../limits/guard-connections.ts';

/** The port is in use by another process. */
export class PortTakenError extends Error {
  readonly code = 'port_taken';

  constructor(host: string, port: number) {
    super(`Port ${port} on ${host} is taken by another process; choose another with PORT`);
    this.name = 'PortTakenError';
  }
}

export interface ListenOptions extends ConnectionLimits {
  /** 0 takes a free one. */
  port: number;
  host: string;
  /** For the request line and headers to arrive (slow loris). */
  headersTimeoutMs?: number;
  /** For the whole request to arrive, its body included. */
  requestTimeoutMs?: number;
  /** How long `close` waits for running requests before it cuts them off. */
  closeTimeoutMs?: number;
}

export interface Listening {
  /** Where it can be reached from this machine. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops accepting, ends idle keep-alive connections, lets running requests finish and tells their callers to
   * connect anew. Safe to call twice.
   */
  close(): Promise<void>;
}

/** A port that is served before what it is for is there. */
export interface EarlyListening extends Listening {
  /** From now on, requests go to this handler. */
  open(handler: RequestListener): void;
}

/** How long a connection stays open behind an answer to what was no request. */
const LINGER_MS = 1_000;
/** Longer than the 60 s of nginx and of cloud load balancers, so that they never reuse a connection we just closed. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** Node looks for late requests this often; its default of 30 s would double every timeout. */
const TIMEOUT_CHECK_MS = 1_000;

/**
 * Listens at once, so that no other process takes the port.
 *
 * @param untilOpen answers requests until `open` is called
 * @throws PortTakenError
 */
export async function listenEarly(
  untilOpen: RequestListener,
  options: ListenOptions,
): Promise<EarlyListening> {
  let serve = untilOpen;
  const listening = await listen((request, response) => serve(request, response), options);
  return {
    ...listening,
    open(handler) {
      serve = handler;
    },
  };
}

/**
 * Serves a handler.
 *
 * @throws PortTakenError
 */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listening> {
  const { host, headersTimeoutMs = 10_000, requestTimeoutMs = 60_000, closeTimeoutMs = 20_000 } = options;
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    // Node's own refusal is no problem document; see below.
    requireHostHeader: false,
  });
  const running = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let closing: Promise<void> | undefined;

  guardConnections(server, options);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => {
    if (request.socket.destroyed) return;
    if (lacksHost(request)) return answerProblem(request.socket, new ProblemError('malformed_request'));
    running.add(response);
    if (closing !== undefined) response.setHeader('connection', 'close');
    response.once('close', () => {
      running.delete(response);
      // Its connection may have become idle just now.
      if (closing !== undefined) setImmediate(() => server.closeIdleConnections());
    });
    handler(request, response);
  });
  // A caller that waits for `100 Continue` gets it once the body is wanted; other expectations mean nothing here.
  for (const event of ['checkContinue', 'checkExpectation'])
    server.on(event, (request, response) => server.emit('request', request, response));
  server.on('connect', (_, socket) => answerProblem(socket, new ProblemError('method_not_allowed')));
  server.on('clientError', answerClientError);
  await bind(server, options);

  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${reachableHost(host)}:${port}`,
    port,
    close() {
      closing ??= drain({ server, running, sockets }, closeTimeoutMs);
      return closing;
    },
  };
}

/** Faults of a request that Node's parser finds, and which therefore never becomes one; any other is no HTTP. */
const CLIENT_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'request_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** RFC 9112, 3.2. */
function lacksHost({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' && headers.host === undefined;
}

function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const hasBegun = (socket as { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true;
  if (error.code === 'ECONNRESET' || !socket.writable || hasBegun) {
    socket.destroy();
    return;
  }
  answerProblem(socket, new ProblemError(CLIENT_PROBLEMS[error.code ?? ''] ?? 'malformed_request'));
}

/** Says what was wrong as a problem document, as everywhere else, and ends the connection. */
function answerProblem(socket: Duplex, problem: ProblemError): void {
  const body = JSON.stringify(problemDocument(problem));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      ...(problem.status === 405 ? ['allow:'] : []),
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  // What the caller still sends is not read; it has time to read the answer.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function bind(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(host, port) : error);
    });
    server.listen({ host, port }, () => {
      // From here on an error is a connection that could not be accepted, which its caller may repeat.
      server.removeAllListeners('error').on('error', () => {});
      resolve();
    });
  });
}

interface Open {
  server: Server;
  running: ReadonlySet<ServerResponse>;
  sockets: ReadonlySet<Socket>;
}

function drain({ server, running, sockets }: Open, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    for (const response of running) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
    server.closeIdleConnections();
    // Node counts a connection on which nothing has been sent yet as busy.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  });
}

/** An address to connect to: the unspecified one means every interface, the loopback among them. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
