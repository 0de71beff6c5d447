import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../usage-error.ts';
import type { AnswerPolicy, ListenAnswer } from './answer-policy.ts';
import { createArrivalCounter } from './arrival-counter.ts';
import { createSignatureVerifier, type SignatureCheck } from './verify-signature.ts';

/** Larger than any alert with its context. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** One request as received, and its answer. */
export interface ReceivedDelivery {
  receivedAt: Date;
  path: string;
  /** Of the `webhook-id` header; empty where there is none. */
  webhookId: string;
  /** How often this `webhook-id` has come, this time included. */
  arrival: number;
  headers: Record<string, string>;
  body: Buffer;
  signature: SignatureCheck;
  answer: ListenAnswer;
}

export interface ListenReceiverOptions {
  /** 0 takes any free port. */
  port: number;
  host: string;
  answer: AnswerPolicy;
  /** `whsec_…` secrets to verify signatures with; several while one is being rotated. */
  signingSecrets?: readonly string[];
  /** Called once the answer is decided, before it is sent. */
  onDelivery?: (delivery: ReceivedDelivery) => void;
  /** Called once the answer was sent, or its caller has gone. */
  onAnswered?: () => void;
  now?: () => Date;
}

export interface ListenReceiver {
  /** Without a path; every path is served. */
  readonly url: string;
  readonly port: number;
  /** Closes at once, also requests in progress. */
  close(): Promise<void>;
}

interface Exchange {
  request: http.IncomingMessage;
  response: http.ServerResponse;
  closing: AbortSignal;
}

type Receive = (exchange: Exchange) => Promise<void>;

async function readBody(request: http.IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reply(response: http.ServerResponse, status: number, body: unknown): void {
  const text = status === 204 || status === 304 ? '' : `${JSON.stringify(body)}\n`;
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}

function headersOf(request: http.IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
}

function createReceive(options: ListenReceiverOptions): Receive {
  const verify = createSignatureVerifier(options.signingSecrets ?? []);
  const countArrival = createArrivalCounter();
  const now = options.now ?? (() => new Date());
  return async ({ request, response, closing }) => {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      reply(response, request.method === 'GET' ? 200 : 405, { tocsin: 'listening for POST' });
      return;
    }
    const body = await readBody(request);
    if (body === null) {
      response.setHeader('connection', 'close');
      reply(response, 413, { error: `more than ${BODY_BYTES_MAX} bytes` });
      return;
    }
    const headers = headersOf(request);
    const webhookId = headers['webhook-id'] ?? '';
    const incoming = { path: request.url ?? '/', webhookId, arrival: countArrival(webhookId) };
    const answer = options.answer(incoming);
    const signature = verify(body, headers);
    response.once('close', () => options.onAnswered?.());
    options.onDelivery?.({ ...incoming, receivedAt: now(), headers, body, signature, answer });
    if (answer.delayMs > 0) await delay(answer.delayMs, undefined, { signal: closing });
    reply(response, answer.status, { ok: answer.status >= 200 && answer.status < 300 });
  };
}

async function bind(server: http.Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'the port is taken; choose another with --port' : message;
    throw new UsageError(`Cannot listen on ${host}:${port}: ${why}.`, { cause: error });
  }
}

/**
 * A receiver for webhooks: it takes POSTs on any path, verifies signatures, and answers what its policy says.
 *
 * @throws UsageError where it cannot listen there, or a secret is malformed
 */
export async function createListenReceiver(options: ListenReceiverOptions): Promise<ListenReceiver> {
  const receive = createReceive(options);
  const closing = new AbortController();
  const server = http.createServer((request, response) => {
    receive({ request, response, closing: closing.signal }).catch(() => request.socket.destroy());
  });
  await bind(server, options.port, options.host);
  const { port, address, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    port,
    async close() {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
