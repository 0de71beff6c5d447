import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { LIMITS, type Timings } from '@tocsin/contract';
import type { Got, Request } from 'got';
import { failedAddress } from './classify-error.ts';
import { createHttpRequest, type HttpRequestOptions } from './http-request.ts';
import { createKeptBytes } from './kept-bytes.ts';

/** How an exchange came to its end. */
export type Ending =
  /** The body ended, or its first 16 KiB were there. */
  | { readonly kind: 'read' }
  /** The receiver answered 101, to switch to another protocol. */
  | { readonly kind: 'switched' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'aborted' };

/** One request and what came back, as far as it did. */
export interface Exchange {
  readonly ending: Ending;
  /** Null where no status line and headers arrived. */
  readonly statusCode: number | null;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  /** Where the answer points to; nothing follows it. */
  readonly location: string | null;
  readonly retryAfter: string | null;
  /** At most `LIMITS.responseBytesKept` bytes. */
  readonly body: Buffer;
  readonly isCut: boolean;
  /** The receiver's `ip:port`, the last one tried where none was reached; null where nothing was tried. */
  readonly address: string | null;
  readonly isSocketReused: boolean;
  /** The kernel has taken the whole request, so that the receiver may have read it. */
  readonly isSent: boolean;
  /** How many bytes came back, of whatever kind. */
  readonly answerBytes: number;
  readonly timings: Timings;
  /** What the request was waiting for when it ended. */
  readonly awaited: string;
}

export interface RunningExchange {
  /** Never rejects. */
  readonly done: Promise<Exchange>;
  /** Ends the exchange now and closes its connection; nothing happens where it has ended. */
  stop(kind: 'deadline' | 'aborted'): void;
}

export interface ExchangeOptions extends HttpRequestOptions {
  readonly client: Got;
  readonly url: string;
  readonly body: Buffer | string;
}

/**
 * POSTs once over HTTP/1.1 and reads the answer's head and the first 16 KiB of its body. Follows nothing, repeats
 * nothing and has no deadline of its own. A connection is kept for the next request only where the answer was read to
 * its end.
 */
export function startExchange(options: ExchangeOptions): RunningExchange {
  const { promise: done, resolve } = Promise.withResolvers<Exchange>();
  const answer = createAnswer();
  const sent = createHttpRequest(options, { onError: settleFailed });
  const stream = options.client.stream(options.url, { request: sent.open });
  let isSettled = false;

  /** Whether the wanted part of the answer has been read. */
  function isAnswered(): boolean {
    for (const read of [() => stream.read() as Buffer | null, sent.unread]) {
      for (let chunk = read(); chunk !== null; chunk = read()) answer.add(chunk);
    }
    return answer.isCut() || sent.isAnswered();
  }

  /**
   * What goes wrong on a connection once its answer is complete (more bytes, a reset) is no failure of the POST. Before
   * that it is one, settled here: Node would end an answer without a length as if it were complete.
   */
  function settleFailed(error: Error): void {
    if (!isSettled) settle(isAnswered() ? { kind: 'read' } : { kind: 'failed', error });
  }

  function settle(given: Ending): void {
    if (isSettled) return;
    isSettled = true;
    const isLate = given.kind === 'deadline' && isAnswered();
    const ending: Ending = isLate ? { kind: 'read' } : given;
    const exchange = { ending, ...answer.read(), ...sent.describe(stream.timings) };
    if (ending.kind === 'failed') exchange.address ??= failedAddress(ending.error);
    // Also where the answer is complete and the request is not: its socket would wait for a receiver that may
    // never read the rest.
    if (ending.kind !== 'read' || exchange.isCut || !exchange.isSent) {
      sent.abandon();
      stream.destroy();
    }
    resolve(exchange);
  }

  stream.on('response', (response: IncomingHead) => answer.begin(response));
  stream.on('data', (chunk: Buffer) => {
    answer.add(chunk);
    if (answer.isCut()) settle({ kind: 'read' });
  });
  stream.on('end', () => settle({ kind: 'read' }));
  // Never removed: destroying a request can make late errors, and one without a listener ends the process.
  stream.on('error', (error: unknown) => settle({ kind: 'failed', error }));
  // got never settles after a 101: Node emits `upgrade` with the socket and nothing else.
  (stream as Upgradable).on('upgrade', (head: IncomingHead, socket: Socket) => {
    answer.begin(head);
    socket.destroy();
    settle({ kind: 'switched' });
  });
  stream.end(options.body);
  return { done, stop: (kind) => settle({ kind }) };
}

/** The part of a response that got and Node agree on. */
interface IncomingHead {
  readonly statusCode?: number;
  readonly headers: IncomingHttpHeaders;
  readonly complete: boolean;
}
/** got passes Node's `upgrade` event on, but its types do not have it. */
type Upgradable = Omit<Request, 'on'> & {
  on(event: 'upgrade', listener: (head: IncomingHead, socket: Socket) => void): void;
};

function createAnswer() {
  let head: IncomingHead | null = null;
  const kept = createKeptBytes(LIMITS.responseBytesKept);
  let bodyBytes = 0;

  // A body of exactly 16 KiB whose end has come with it is whole, and its connection can be used again.
  const isCut = () =>
    bodyBytes > LIMITS.responseBytesKept ||
    (bodyBytes === LIMITS.responseBytesKept && head?.complete !== true);

  return {
    begin(response: IncomingHead) {
      head = response;
    },
    add(chunk: Buffer) {
      kept.add(chunk);
      bodyBytes += chunk.length;
    },
    isCut,
    read: () => ({
      statusCode: head?.statusCode ?? null,
      contentType: head?.headers['content-type'] ?? null,
      contentEncoding: head?.headers['content-encoding'] ?? null,
      location: head?.headers.location ?? null,
      retryAfter: head?.headers['retry-after'] ?? null,
      body: kept.bytes(),
      isCut: isCut(),
    }),
  };
}
