import type { RequestListener, ServerResponse } from 'node:http';
import { ProblemError, problemDocument } from '@tocsin/contract';
import { bodyRoomBytes, type Metrics, readMemoryFacts } from '@tocsin/service';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import type { Authenticate } from '../auth/authenticator.ts';
import { createBodyRoom } from '../body/body-room.ts';
import { BODY_PACE, type BodyPace, type HttpExchange, hasNoBody } from '../body/request-body.ts';
import { sendJson, sendProblem, toProblemError } from '../exchange/answer.ts';
import { createRequestContexts, type RequestContexts } from '../exchange/request-context.ts';
import { createCooldown } from '../limits/cooldown.ts';
import { createGates } from '../limits/key-gate.ts';
import { createRateLimit } from '../limits/rate-limit.ts';
import { createEndpointServer, type EndpointServerDeps, type ServedRequest } from './endpoint-server.ts';
import { createInternalServer } from './internal-server.ts';
import { createOperations, type ServiceState } from './operations.ts';
import type { HttpPart } from './route.ts';
import { createRouteTable, type PathEntry, type Serve } from './route-table.ts';

/**
 * A caller above its rate is answered late: an immediate refusal would keep a processor busy with a caller that repeats
 * its request at once.
 */
const REFUSAL_DELAY_MS = 250;

/** A body of any other has no meaning (RFC 9110, 9.3), and no endpoint reads it. */
const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

export interface HttpHandlerOptions extends HttpPart {
  /** The service's name, in `/healthz` and `/readyz`. */
  service: string;
  /** What guards the internal routes; without it they do not exist. */
  serviceToken?: string | undefined;
  authenticate: Authenticate;
  rateLimitPerSecond: number;
  /**
   * Proxies in front of this server, whose `X-Forwarded-For` is believed: the last one's entry where it is 1, and so
   * on. 0, the default, takes the connection's address, which is all that can be known without a proxy.
   */
  proxyHops?: number;
  /**
   * Bytes that bodies may take, beyond which requests are answered with `overloaded`; by default by the memory there
   * is.
   */
  bodyRoomBytes?: number;
  /** How slow a body may be. */
  bodyPace?: BodyPace;
  log: Logger;
  metrics: Metrics;
  /** For `/readyz`; by default it is ready. */
  state?: () => ServiceState;
}

/**
 * The HTTP side of a service: its endpoints, checked and validated by their definitions, `/healthz`, `/readyz` and
 * `/metrics`, and everything that goes wrong as a problem document (RFC 9457) that shows nothing of the inside.
 */
export function createHttpHandler(options: HttpHandlerOptions): RequestListener {
  const contexts = createRequestContexts(options);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('trust proxy', options.proxyHops ?? 0);

  app.use((request, response, next) => {
    contexts.open(request, response);
    // Nothing reads it, and the next request would wait behind it.
    if (!METHODS_WITH_BODY.has(request.method) && !hasNoBody(request))
      response.setHeader('connection', 'close');
    next();
  });
  const checkRate = createRateLimit({ max: options.rateLimitPerSecond, seconds: 1 });
  const gates = createGates(options.isBusy);
  for (const entry of createRouteTable(entriesOf(options, { checkRate, gates }))) mount(app, entry, contexts);
  options.extend?.(app, {
    gates,
    authenticate: async (...request) => {
      const principal = await options.authenticate(...request);
      await checkRate(principal.keyId);
      return principal;
    },
  });
  app.use(() => {
    throw new ProblemError('not_found', { detail: 'There is nothing at this path.' });
  });
  app.use(createErrorHandler(options, contexts));
  return (request, response) =>
    app(request as Request, response as Response, createLastHandler({ request, response }, contexts));
}

/**
 * The HTTP side of a service that is not there yet: it says so, and answers whatever else is asked with 503.
 *
 * @param options.readiness what it waits for
 */
export function createStartingHandler(
  options: Pick<HttpHandlerOptions, 'service' | 'readiness' | 'log' | 'metrics'>,
): RequestListener {
  const problem = () =>
    new ProblemError('unavailable', { detail: 'The service is starting.', retryAfterSeconds: 2 });
  return createHttpHandler({
    ...options,
    routes: [],
    authenticate: async () => {
      throw problem();
    },
    // Counts callers with a key, and there are none.
    rateLimitPerSecond: 1,
    state: () => 'starting',
    extend: (app) => {
      app.use(() => {
        throw problem();
      });
    },
  });
}

/**
 * Replaces Express's own last handler, which answers with a page that names the target. It gets requests whose target
 * (`http://[`) has no path for Express, so that no route or check has seen them, and requests whose error could not be
 * answered.
 */
function createLastHandler({ request, response }: HttpExchange, contexts: RequestContexts) {
  return (): void => {
    if (contexts.of(request) !== undefined) return void response.destroy();
    const problem = new ProblemError('malformed_request');
    contexts.open(request, response).code = problem.code;
    response.setHeader('connection', 'close');
    sendProblem(response, problem);
  };
}

/** Everything this handler serves, by path and method. */
function entriesOf(
  options: HttpHandlerOptions,
  bounds: Pick<EndpointServerDeps, 'checkRate' | 'gates'>,
): { method: string; path: string; serve: Serve }[] {
  const { routes, internal = [], serviceToken, authenticate } = options;
  const { readiness = async () => ({}), state = () => 'ready' } = options;
  const roomBytes = options.bodyRoomBytes ?? bodyRoomBytes(readMemoryFacts());
  const deps = {
    ...bounds,
    authenticate,
    room: createBodyRoom(roomBytes),
    pace: options.bodyPace ?? BODY_PACE,
    cooldown: createCooldown(),
  };
  // Separate, so that a storm of alerts does not keep the workers from reporting their outcomes.
  const internalRoom = createBodyRoom(roomBytes);
  const operations = Object.entries(createOperations({ ...options, readiness, state }));
  return [
    ...routes.map((route) => ({
      method: route.endpoint.method,
      path: route.endpoint.path,
      serve: createEndpointServer(route, deps),
    })),
    ...(serviceToken === undefined ? [] : internal).map((route) => ({
      method: route.method,
      path: route.path,
      serve: createInternalServer(route, serviceToken as string, internalRoom),
    })),
    ...operations.map(([path, serve]) => ({
      method: 'get',
      path,
      serve: ({ request, response }: ServedRequest) => serve(request, response),
    })),
  ];
}

/** Mounts all methods of one path; any other is answered with those there are. */
function mount(app: Express, { path, pattern, methods }: PathEntry, contexts: RequestContexts): void {
  const allow = [...methods.keys(), ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ');
  app.all(pattern, async (request: Request, response: ServerResponse) => {
    const context = contexts.of(request);
    context.route = path;
    const serve = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
    if (serve !== undefined) {
      return serve({
        request,
        response,
        params: request.params,
        context,
        get clientAddress() {
          return request.ip ?? 'unknown';
        },
        get isTls() {
          return request.secure;
        },
      });
    }
    response.setHeader('allow', allow);
    if (request.method === 'OPTIONS') return sendJson(response, 204, undefined);
    throw new ProblemError('method_not_allowed', { detail: `This path has ${allow}.` });
  });
}

/**
 * Turns whatever was thrown into a problem document, or a page that says the same; the inside goes to the log alone.
 */
function createErrorHandler(options: HttpHandlerOptions, contexts: RequestContexts): ErrorRequestHandler {
  const { mapError = () => null, problemPage = () => null } = options;
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response: ServerResponse, _next) => {
    const problem = toProblemError(error, mapError);
    const context = contexts.of(request);
    context.code = problem.code;
    if (problem.status >= 500)
      context.error = problem.code === 'internal' ? (problem.cause ?? problem) : problem;
    // An answer that has begun cannot be replaced: break it off, so that no caller takes it for a whole one.
    const send = () => sendProblem(response, problem, problemPage(request, problemDocument(problem)));
    if (response.headersSent) response.destroy();
    else if (problem.status === 429) setTimeout(send, REFUSAL_DELAY_MS);
    else send();
  };
}
