import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '@tocsin/service';
import type { Logger } from 'pino';
import { throwBodyAway } from '../body/request-body.ts';

/** What the log and the metrics say of one request; filled in on its way. */
export interface RequestContext {
  readonly id: string;
  /** The path's template, never the path: ids would make a time series each. */
  route: string;
  keyId: string | null;
  /** The problem's code, where it failed. */
  code: string | null;
  /** What an operator needs to know of a failure of ours. */
  error: unknown;
  log(): Logger;
}

/** Refusals that an outage or a storm makes by the thousand: they are counted, not warned of one by one. */
const BY_THE_THOUSAND: ReadonlySet<string> = new Set(['unavailable', 'outcome_unknown', 'overloaded']);

/** Between two lines that say that there is no room. */
const OVERLOAD_EVERY_MS = 10_000;

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']);

/** Opens a context for each request, and closes it with one log line and one measurement. */
export function createRequestContexts({ log, metrics }: { log: Logger; metrics: Metrics }) {
  const contexts = new WeakMap<IncomingMessage, RequestContext>();
  const durations = metrics.histogram({
    name: 'tocsin_http_request_duration_seconds',
    help: 'Time from a request’s headers to the end of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const problems = metrics.counter({
    name: 'tocsin_http_problems_total',
    help: 'Answers with a problem document, by its code.',
    labelNames: ['code'] as const,
  });
  const inFlight = metrics.gauge({
    name: 'tocsin_http_requests_in_flight',
    help: 'Requests that are not answered yet.',
  });

  let refused = 0;
  let refusalsSaidAt = Number.NEGATIVE_INFINITY;

  /** The first at once, and then how many there were. */
  function noteOverload(): void {
    refused += 1;
    if (performance.now() - refusalsSaidAt < OVERLOAD_EVERY_MS) return;
    log.warn(
      { event: 'request.refused', refused },
      'requests are refused: there is no room for what arrives',
    );
    refusalsSaidAt = performance.now();
    refused = 0;
  }

  function close(request: IncomingMessage, response: ServerResponse, startedAt: number): void {
    const context = contexts.get(request) as RequestContext;
    const durationMs = performance.now() - startedAt;
    const method = METHODS.has(request.method ?? '') ? (request.method as string) : 'other';
    const status = response.writableFinished ? String(response.statusCode) : 'aborted';
    inFlight.dec();
    durations.observe({ method, route: context.route, status }, durationMs / 1000);
    if (context.code !== null) problems.inc({ code: context.code });
    if (context.code === 'overloaded') noteOverload();
    const isSpared = context.code !== null && BY_THE_THOUSAND.has(context.code);
    // Without a problem's code it is `/readyz`, which says that a service is not ready.
    const isFault =
      response.writableFinished && response.statusCode >= 500 && context.code !== null && !isSpared;
    if (!isFault && !log.isLevelEnabled('debug')) return;
    const line = {
      method,
      route: context.route,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      ...(context.keyId === null ? {} : { keyId: context.keyId }),
      ...(context.code === null ? {} : { code: context.code }),
      ...(context.error === null ? {} : { err: context.error }),
    };
    if (isFault) context.log().warn({ event: 'request.failed', ...line }, 'request failed');
    else context.log().debug({ event: 'request.completed', ...line }, 'request');
  }

  return {
    /** Takes the caller's `x-request-id`, or makes one, and sends it back. */
    open(request: IncomingMessage, response: ServerResponse): RequestContext {
      const given = request.headers['x-request-id'];
      const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
      let child: Logger | undefined;
      const context: RequestContext = {
        id,
        route: 'unmatched',
        keyId: null,
        code: null,
        error: null,
        log: () => (child ??= log.child({ requestId: id })),
      };
      contexts.set(request, context);
      response.setHeader('x-request-id', id);
      inFlight.inc();
      const startedAt = performance.now();
      // Before Node reads it, as fast as it arrives.
      response.once('prefinish', () => throwBodyAway(request));
      response.once('close', () => close(request, response, startedAt));
      return context;
    },
    of: (request: IncomingMessage) => contexts.get(request) as RequestContext,
  };
}

export type RequestContexts = ReturnType<typeof createRequestContexts>;
