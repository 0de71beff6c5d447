import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { type AttemptError, type AttemptResult, type HeaderField, LIMITS } from '@tocsin/contract';
import got, { type Got } from 'got';
import { AttemptAborted } from './attempt-aborted.ts';
import { type Exchange, type ExchangeOptions, type RunningExchange, startExchange } from './exchange.ts';
import { closedIdleSockets } from './http-request.ts';
import type { ResponseRedaction } from './redact-response.ts';
import { createRedactions } from './redactions.ts';
import { type CustomHeaders, listHeaders, prepareCustomHeaders } from './request-headers.ts';
import { decodeContent, decodeForDisplay } from './response-text.ts';
import { parseRetryAfterMs } from './retry-after.ts';
import { createSigningKeys, signatures } from './signing.ts';
import { judgeExchange } from './verdict.ts';

const CONTENT_TYPE_CHARACTERS_MAX = 256;
const LOCATION_CHARACTERS_MAX = 2_048;
/** Two for each of the 10,000 destinations there may be, though few have more than one that signs. */
const SIGNING_KEYS_MAX = 2 * LIMITS.destinationsMax;
/** Masks of 1,600 destinations with a key, a signing secret and a path, at 10 KiB each. */
const REDACTIONS_BYTES_MAX = 16 * 1024 * 1024;

/** One POST of one delivery. */
export interface WebhookRequest {
  /** `http` or `https`, without userinfo. */
  readonly url: string;
  /** The destination's custom headers. Not to be changed afterwards: they are made ready once for each list. */
  readonly headers: readonly HeaderField[];
  /** Sent byte for byte; text as UTF-8. */
  readonly body: Buffer | string;
  /** The delivery's id, the same on every attempt. */
  readonly webhookId: string;
  /** `whsec_…`; empty where the destination has none. See `activeSecrets`. */
  readonly signingSecrets: readonly string[];
  /** One deadline for name resolution, connection, TLS, head and body together. */
  readonly timeoutMs: number;
  /** Gives the attempt up, because its lock is lost or the process stops. */
  readonly signal?: AbortSignal;
}

export interface WebhookSender {
  /**
   * Makes one attempt. Whatever the receiver or the network does is in the result; header values, signing secrets and
   * the URL's path and query are masked in it where the receiver echoes them.
   *
   * @throws AttemptAborted where the request's signal or `close` ended it: then it is no attempt to record
   */
  send(request: WebhookRequest): Promise<AttemptResult>;
  /** Ends the attempts under way. The agents' owner closes the agents. */
  close(): void;
}

export interface WebhookSenderOptions {
  /** Keep-alive agents that refuse forbidden addresses. Every request uses them. */
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  /** `Tocsin/<version>` */
  readonly userAgent: string;
  /** The time, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** Gets faults of our own, whose result is `internal`. */
  readonly log?: { error(fields: Record<string, unknown>, message: string): void };
}

/**
 * Makes POSTs to receivers by got, over the given agents, without got's conveniences (redirects, retries, cookies,
 * decompression, proxies, HTTP/2).
 */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { agents, userAgent, now = Date.now, log } = options;
  const client = createClient(agents);
  const preparedHeaders = new WeakMap<readonly HeaderField[], CustomHeaders>();
  const signingKeys = createSigningKeys(SIGNING_KEYS_MAX);
  const redactions = createRedactions(REDACTIONS_BYTES_MAX);
  const abortUnderWay = new Set<() => void>();
  let isClosed = false;

  return {
    async send(request) {
      if (isClosed || request.signal?.aborted) throw new AttemptAborted(request.signal?.reason);
      const startedAt = now();
      const startedTicks = performance.now();
      const finish = (outcome: Outcome): AttemptResult => ({
        startedAt: new Date(startedAt).toISOString(),
        durationMs: Math.round(performance.now() - startedTicks),
        ...outcome,
      });

      let headers: string[];
      try {
        headers = headersOf(request, startedAt);
      } catch (error) {
        const { message } = error as Error;
        log?.error(
          { event: 'webhook_request.prepare_failed', webhookId: request.webhookId, err: error },
          'a request could not be prepared',
        );
        return finish(unsent({ code: 'internal', message: `the request could not be prepared: ${message}` }));
      }
      const mask = redactions.of(request);
      const { url, body } = request;
      const exchange = await run(request, (onNewSocket) =>
        startExchange({ client, agents, url, headers, body, onNewSocket } satisfies ExchangeOptions),
      );
      if (exchange.ending.kind === 'aborted') throw new AttemptAborted(request.signal?.reason);
      const outcome = masked(await outcomeOf(exchange, request.timeoutMs, now), mask);
      if (outcome.error?.code === 'internal') {
        log?.error(
          { event: 'webhook_request.failed', webhookId: request.webhookId, err: outcome.error },
          'a request could not be made',
        );
      }
      return finish(outcome);
    },

    close() {
      isClosed = true;
      for (const abort of abortUnderWay) abort();
    },
  };

  function headersOf(request: WebhookRequest, startedAt: number): string[] {
    let custom = preparedHeaders.get(request.headers);
    if (custom === undefined) {
      custom = prepareCustomHeaders(request.headers);
      preparedHeaders.set(request.headers, custom);
    }
    const { webhookId, body } = request;
    const timestampSeconds = Math.floor(startedAt / 1000);
    const content = { secrets: request.signingSecrets, webhookId, timestampSeconds, body };
    const signature = signatures(content, signingKeys);
    const contentLength = Buffer.byteLength(body);
    return listHeaders({ userAgent, contentLength, webhookId, timestampSeconds, signature }, custom);
  }

  /** Holds one exchange, or two where the first met a closed connection, to one deadline and one signal. */
  async function run(
    { timeoutMs, signal }: WebhookRequest,
    start: (onNewSocket: boolean) => RunningExchange,
  ): Promise<Exchange & { isRepeated: boolean }> {
    await closedIdleSockets();
    if (isClosed || signal?.aborted) throw new AttemptAborted(signal?.reason);
    let running = start(false);
    const abort = () => running.stop('aborted');
    const timer = setTimeout(() => running.stop('deadline'), timeoutMs);
    abortUnderWay.add(abort);
    signal?.addEventListener('abort', abort);
    try {
      const exchange = await running.done;
      if (!metClosedConnection(exchange)) return { ...exchange, isRepeated: false };
      running = start(true);
      return { ...(await running.done), isRepeated: true };
    } finally {
      clearTimeout(timer);
      abortUnderWay.delete(abort);
      signal?.removeEventListener('abort', abort);
    }
  }
}

function createClient(agents: WebhookSenderOptions['agents']): Got {
  return got.extend({
    method: 'POST',
    // A plain object, as got asks for; the requests are made by `exchange.ts`, which names the agent itself.
    agent: { http: agents.http, https: agents.https },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    http2: false,
    retry: { limit: 0 },
    strictContentLength: false,
  });
}

/**
 * A receiver may close an idle connection just as we send on it. The POST is repeated only where the receiver cannot
 * have read all of it: on a reused connection, before any byte of an answer, and with a part of the request still
 * unsent. One that was sent whole may have been read and acted on, even if its reset came at once.
 */
function metClosedConnection({ ending, isSocketReused, isSent, answerBytes }: Exchange): boolean {
  if (ending.kind !== 'failed' || !isSocketReused || isSent || answerBytes > 0) return false;
  const code = (ending.error as NodeJS.ErrnoException | null)?.code;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

type Outcome = Omit<AttemptResult, 'startedAt' | 'durationMs'>;

async function outcomeOf(
  exchange: Exchange & { isRepeated: boolean },
  timeoutMs: number,
  now: () => number,
): Promise<Outcome> {
  const { statusCode, contentType, contentEncoding, location, retryAfter } = exchange;
  const hasRetryAfter = retryAfter !== null && (statusCode === 429 || statusCode === 503);
  const isRedirect = statusCode !== null && statusCode >= 300 && statusCode < 400;
  const body = await decodeContent(
    { bytes: exchange.body, isCut: exchange.isCut },
    contentEncoding,
    LIMITS.responseBytesKept,
  );
  return {
    timings: exchange.timings,
    address: exchange.address,
    repeated: exchange.isRepeated,
    statusCode,
    responseBody: statusCode === null ? null : decodeForDisplay(body.bytes, contentType, body.isCut),
    responseTruncated: body.isCut,
    responseContentType: contentType,
    location: isRedirect ? location : null,
    retryAfterMs: hasRetryAfter ? parseRetryAfterMs(retryAfter, now()) : null,
    error: judgeExchange(exchange, timeoutMs),
  };
}

/** Masks secrets in the texts that the receiver chose: these are recorded, shown and logged. */
function masked(outcome: Outcome, mask: ResponseRedaction): Outcome {
  const { responseBody, responseTruncated, responseContentType, location, error } = outcome;
  return {
    ...outcome,
    responseBody: responseBody === null ? null : mask(responseBody, responseTruncated),
    // Masked whole, then cut: a cut would leave the beginning of a secret.
    responseContentType:
      responseContentType === null ? null : mask(responseContentType).slice(0, CONTENT_TYPE_CHARACTERS_MAX),
    location: location === null ? null : mask(location).slice(0, LOCATION_CHARACTERS_MAX),
    error: error === null ? null : { ...error, message: mask(error.message) },
  };
}

function unsent(error: AttemptError): Outcome {
  return {
    timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
    address: null,
    repeated: false,
    statusCode: null,
    responseBody: null,
    responseTruncated: false,
    responseContentType: null,
    location: null,
    retryAfterMs: null,
    error,
  };
}
