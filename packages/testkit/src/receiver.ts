import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { giveAnswer } from './answers.ts';
import { PATIENCE_MS } from './patience.ts';
import { createScriptReader, type Recorded, type Script } from './receiver-script.ts';

export interface ReceiverOptions {
  /** What it answers until told otherwise: 200 with an empty body. */
  script?: Script;
  /** 127.0.0.1 unless told. */
  host?: string;
  /** Any free port unless told. */
  port?: number;
  /** Speak TLS with this key and certificate (PEM). The faults that reset a connection are for plain TCP only. */
  tls?: { key: string; cert: string };
}

export interface Receiver {
  /** Without a slash at its end. */
  url: string;
  port: number;
  /** Every request whose body has arrived in full, in order of arrival. */
  requests: Recorded[];
  /** How many connections have been made so far. */
  connectionCount(): number;
  /** How many are open. */
  openConnections(): number;
  /** From now on answers like this; counting begins anew. */
  respondWith(script: Script): void;
  /**
   * Waits until the requests so far satisfy the predicate (a number: until there are that many).
   *
   * @throws Error naming what had arrived, after `timeoutMs` (`PATIENCE_MS` unless told) without a request
   */
  waitFor(
    predicate: number | ((requests: readonly Recorded[]) => boolean),
    options?: { timeoutMs?: number },
  ): Promise<readonly Recorded[]>;
  /** Ends every connection, also those that hang, and frees the port. */
  close(): Promise<void>;
}

/** A local HTTP server that keeps every request, and answers well or badly by its script. */
export async function createReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const { script = {}, host = '127.0.0.1', port = 0, tls } = options;
  const requests: Recorded[] = [];
  const watchers = new Set<() => void>();
  let read = createScriptReader(script);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const recorded = await record(request);
    if (recorded === null) return;
    requests.push(recorded);
    // The answer comes first: a test that waits for the request may change the script for the next.
    const chosen = read(recorded);
    for (const watch of [...watchers]) watch();
    giveAnswer(await chosen, { response, socket: request.socket });
  }

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => {});
    answer(request, response).catch((error) => {
      // A fault in a test's own script; the caller sees it as an answer that no rule expects.
      if (!response.headersSent) response.writeHead(599);
      response.end(`The receiver's script failed: ${error}`);
    });
  };
  const server = tls === undefined ? http.createServer(onRequest) : https.createServer(tls, onRequest);
  server.keepAliveTimeout = 60_000;
  const connections = watchConnections(server);
  server.listen(port, host);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;

  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    requests,
    connectionCount: connections.made,
    openConnections: () => connections.open.size,
    respondWith(next) {
      read = createScriptReader(next);
    },
    waitFor(predicate, { timeoutMs = PATIENCE_MS } = {}) {
      return waitForRequests(requests, watchers, predicate, timeoutMs);
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of connections.open) socket.destroy();
      await closed;
    },
  };
}

function watchConnections(server: Server): { open: Set<Socket>; made: () => number } {
  const open = new Set<Socket>();
  let made = 0;
  server.on('connection', (socket: Socket) => {
    made += 1;
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  });
  return { open, made: () => made };
}

/** @returns null where the body never arrived in full */
async function record(request: IncomingMessage): Promise<Recorded | null> {
  const receivedAt = Date.now();
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return null;
  }
  const { method = '', url = '', headers, rawHeaders } = request;
  return { method, path: url, headers, rawHeaders, body: Buffer.concat(chunks), receivedAt };
}

function waitForRequests(
  requests: readonly Recorded[],
  watchers: Set<() => void>,
  predicate: number | ((requests: readonly Recorded[]) => boolean),
  timeoutMs: number,
): Promise<readonly Recorded[]> {
  const isReached =
    typeof predicate === 'number' ? () => requests.length >= predicate : () => predicate(requests);
  return new Promise((resolve, reject) => {
    const giveUp = () => finish(new Error(describeMissing(requests, timeoutMs)));
    // Each request starts it anew: a slow machine is no fault while it goes on.
    const timer = setTimeout(giveUp, timeoutMs);
    function finish(error?: unknown): void {
      clearTimeout(timer);
      watchers.delete(look);
      if (error === undefined) resolve(requests);
      else reject(error);
    }
    function look(): void {
      try {
        if (isReached()) finish();
        else timer.refresh();
      } catch (error) {
        finish(error);
      }
    }
    watchers.add(look);
    look();
  });
}

function describeMissing(requests: readonly Recorded[], timeoutMs: number): string {
  const last = requests.slice(-5).map(({ method, path }) => `${method} ${path}`);
  return `The receiver waited ${timeoutMs} ms for another request in vain; it had ${requests.length} requests, the last: ${last.join(', ') || 'none'}`;
}
