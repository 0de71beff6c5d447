import { checkValue, type Endpoint, type IngestSummary, postAlerts, type ResponseOf } from '@tocsin/contract';
import { encodeJson } from '@tocsin/json';
import type { CallArguments } from './call-input.ts';
import { connectionFailure } from './connection-failure.ts';
import { ConnectionError, InvalidCallError } from './errors.ts';
import { readProblem } from './read-problem.ts';
import { parseBaseUrl, requestUrl } from './request-url.ts';
import { type RetryOptions, withRetries } from './with-retries.ts';

/** Longer than the slowest answer that is worth waiting for: a test alert may take 30 s. */
const DEFAULT_TIMEOUT_MS = 60_000;

export interface ClientOptions {
  /** Where Tocsin is reached; a path prefix is allowed. */
  baseUrl: string;
  apiKey: string;
  userAgent?: string;
  /** For one request, from its start to the end of the answer. */
  timeoutMs?: number;
  /** For tests, and for a dispatcher of one's own. */
  fetch?: typeof fetch;
}

export interface PostAlertsOptions {
  signal?: AbortSignal;
  /** Without it, the first failure is thrown. */
  retry?: RetryOptions;
}

export interface Client {
  /** The server's address, normalised. */
  readonly baseUrl: string;
  /**
   * Calls an endpoint of the contract.
   *
   * @throws ApiError if the server refused; ConnectionError where no usable answer came; the signal's reason where it
   *   was ended early
   */
  call<E extends Endpoint>(endpoint: E, ...input: CallArguments<E>): Promise<ResponseOf<E>>;
  /**
   * The same, with the answer's JSON as the server wrote it: an alert's context holds numbers that parsing would round.
   */
  callForText<E extends Endpoint>(endpoint: E, ...input: CallArguments<E>): Promise<TextAnswer<E>>;
  /**
   * Sends alerts as they are: one JSON object, an array, or NDJSON. Errors are those of `call`.
   *
   * @param contentType `application/json` or `application/x-ndjson`
   */
  postAlerts(
    body: string | Uint8Array<ArrayBuffer>,
    contentType: string,
    options?: PostAlertsOptions,
  ): Promise<IngestSummary>;
}

export interface TextAnswer<E extends Endpoint> {
  value: ResponseOf<E>;
  text: string;
}

interface Exchange {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | undefined;
  signal?: AbortSignal | undefined;
}

/** For an invalid header, `fetch` throws an error that quotes it, with the key. */
function checkApiKey(apiKey: string): string {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new InvalidCallError('The API key is empty or holds characters that a key cannot have.');
  }
  return apiKey;
}

/** Checks an answer against the contract, and hands it on untouched, so that what a newer server adds is kept. */
function readSuccess(endpoint: Endpoint, text: string, place: string): unknown {
  const { schema } = endpoint.success;
  if (schema === null) return undefined;
  const unexpected = (why: string) =>
    new ConnectionError('unexpected_answer', `The answer from ${place} is not Tocsin's: ${why}.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unexpected('it is not JSON');
  }
  const checked = checkValue(schema, value);
  if (checked.success) return value;
  const issue = checked.error.issues[0];
  throw unexpected(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
}

/**
 * A client of the HTTP API, typed by the contract's endpoints.
 *
 * Redirects are not followed: they would carry the request, and perhaps the key, elsewhere.
 *
 * @throws InvalidCallError where the address or the key cannot be used
 */
export function createClient(options: ClientOptions): Client {
  const baseUrl = parseBaseUrl(options.baseUrl);
  const { origin } = new URL(baseUrl);
  const prefix = baseUrl.slice(origin.length);
  const send = options.fetch ?? fetch;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const ownHeaders = {
    authorization: `Bearer ${checkApiKey(options.apiKey)}`,
    accept: 'application/json, application/problem+json',
    'user-agent': options.userAgent ?? 'tocsin-client',
  };

  async function exchange(request: Exchange): Promise<string> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    let response: Response;
    let text: string;
    try {
      response = await send(request.url, {
        method: request.method,
        headers: { ...ownHeaders, ...request.headers },
        body: request.body ?? null,
        redirect: 'manual',
        signal,
      });
      text = await response.text();
    } catch (error) {
      request.signal?.throwIfAborted();
      if (timeout.aborted) {
        throw new ConnectionError('timeout', `${origin} did not answer within ${timeoutMs} ms.`, {
          cause: error,
        });
      }
      throw connectionFailure(error, origin);
    }
    if (!response.ok) throw readProblem(response, text, Date.now(), prefix);
    return text;
  }

  async function postOnce(body: string | Uint8Array<ArrayBuffer>, contentType: string, signal?: AbortSignal) {
    const text = await exchange({
      method: 'POST',
      url: requestUrl(baseUrl, postAlerts.path),
      headers: { 'content-type': contentType },
      body,
      signal,
    });
    return readSuccess(postAlerts, text, baseUrl) as IngestSummary;
  }

  async function callForText<E extends Endpoint>(
    endpoint: E,
    ...[input]: CallArguments<E>
  ): Promise<TextAnswer<E>> {
    const body = input?.body === undefined ? undefined : encodeJson(input.body);
    const text = await exchange({
      method: endpoint.method.toUpperCase(),
      url: requestUrl(baseUrl, endpoint.path, input?.params, input?.query),
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body,
      signal: input?.signal,
    });
    return { value: readSuccess(endpoint, text, baseUrl) as ResponseOf<E>, text };
  }

  return {
    baseUrl,
    callForText,
    call: async (endpoint, ...input) => (await callForText(endpoint, ...input)).value,
    postAlerts(body, contentType, { signal, retry } = {}) {
      const run = () => postOnce(body, contentType, signal);
      if (retry === undefined) return run();
      return withRetries(run, signal === undefined ? retry : { signal, ...retry });
    },
  };
}
