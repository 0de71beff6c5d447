import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkValue, type Endpoint, fieldErrorsOf, LIMITS, ProblemError } from '@tocsin/contract';
import { stringifySetCookie } from 'cookie';
import type { z } from 'zod';
import { type Authenticate, mayUse, type Principal } from '../auth/authenticator.ts';
import type { BodyRoom, BodyShare } from '../body/body-room.ts';
import { readJsonBody } from '../body/json-body.ts';
import {
  type BodyPace,
  type HttpExchange,
  hasNoBody,
  type ReadBodyOptions,
  type ReceivedBody,
  readBody,
  readMediaType,
  receiveBody,
  requireMediaType,
} from '../body/request-body.ts';
import { sendJson } from '../exchange/answer.ts';
import { readPreconditions } from '../exchange/preconditions.ts';
import { createQueryReader } from '../exchange/query.ts';
import { sendRead } from '../exchange/read-answer.ts';
import type { RequestContext } from '../exchange/request-context.ts';
import type { Cooldown } from '../limits/cooldown.ts';
import type { Gates } from '../limits/key-gate.ts';
import type { NewCookie, Route, RouteRequest } from './route.ts';

export interface EndpointServerDeps {
  authenticate: Authenticate;
  checkRate: (keyId: string) => Promise<void>;
  room: BodyRoom;
  pace: BodyPace;
  /** Slows down who sends bodies that have to be refused. */
  cooldown: Cooldown;
  /** Bound what one key does at once. */
  gates: Gates;
}

/** A request as the router hands it over. */
export interface ServedRequest extends HttpExchange {
  /** Path parameters, decoded. */
  params: Record<string, unknown>;
  context: RequestContext;
  readonly clientAddress: string;
  readonly isTls: boolean;
}

/** Who calls a public endpoint: it has no scopes, and no key. */
const NOBODY: Principal = { keyId: '', keyName: '', scopes: [] };

/** Statuses of a body that was read and refused. */
const BODY_STATUSES: ReadonlySet<number> = new Set([400, 413]);

const SMALL_BODY_BYTES = 64 * 1024;

/** What a stranger may send. */
const PUBLIC_BODY_BYTES_MAX = 16 * 1024;

/**
 * Serves one endpoint: authenticates, limits the rate, checks the scope, validates, calls the handler, answers. The
 * body is read after authentication, so that a stranger learns nothing and costs little.
 */
export function createEndpointServer(route: Route, deps: EndpointServerDeps) {
  const { endpoint } = route;
  const readQuery = createQueryReader(endpoint.query);

  async function admit({ request, context }: ServedRequest): Promise<Principal> {
    if (endpoint.isPublic === true) return NOBODY;
    const principal = await deps.authenticate(request.headers.authorization, request);
    context.keyId = principal.keyId;
    await deps.checkRate(principal.keyId);
    if (!mayUse(principal, endpoint.scope)) {
      throw new ProblemError('forbidden', { detail: `The key lacks the scope ${endpoint.scope}.` });
    }
    return principal;
  }

  return async (served: ServedRequest): Promise<void> => {
    const principal = await admit(served);
    const isCooled = principal !== NOBODY && takesBody(endpoint) && mayCostMuch(served.request);
    if (isCooled) await deps.cooldown.wait(principal.keyId);
    const share = deps.room.open(principal.keyId);
    try {
      await serve(served, principal, share);
      if (isCooled) deps.cooldown.taken(principal.keyId);
    } catch (error) {
      const isBodys = error instanceof ProblemError && BODY_STATUSES.has(error.status);
      if (isBodys && principal !== NOBODY) deps.cooldown.refused(principal.keyId, share.used());
      throw error;
    } finally {
      share.close();
    }
  };

  async function serve(served: ServedRequest, principal: Principal, share: BodyShare): Promise<void> {
    const { request, response, context } = served;
    const params = validate(endpoint.params, served.params, 'The path is invalid.');
    const query = readQuery(request.url ?? '');
    const content = await readContent(endpoint, served, { share, pace: deps.pace });
    let etag: string | undefined;
    let { status } = endpoint.success;
    const handle = () =>
      route.handle({
        params,
        query,
        ...content,
        principal,
        lookedAt: share.count,
        get clientAddress() {
          return served.clientAddress;
        },
        get isTls() {
          return served.isTls;
        },
        setCookie: (cookie) => response.appendHeader('set-cookie', writeCookie(cookie)),
        setEtag: (tag) => {
          etag = tag;
        },
        setCreated: () => {
          status = 201;
        },
        preconditions: readPreconditions(request.headers),
        get log() {
          return context.log();
        },
        get signal() {
          return signalOf(response);
        },
      } as RouteRequest<Endpoint>);
    const gate = gateOf(endpoint);
    const result = await (gate === undefined
      ? handle()
      : deps.gates[gate](principal.keyId, async () => (response.destroyed ? undefined : handle())));
    // Its caller has gone, perhaps while it waited.
    if (response.destroyed) return;
    const { schema } = endpoint.success;
    if (endpoint.method === 'get' && schema !== null) return sendRead(served, result, etag);
    if (etag !== undefined) response.setHeader('etag', etag);
    sendJson(response, status, schema === null ? undefined : result);
  }
}

/** Whether a body may be large, or become so. Refusing one that is announced as small costs nothing. */
function mayCostMuch(request: IncomingMessage): boolean {
  if (hasNoBody(request)) return false;
  const length = request.headers['content-length'];
  return request.headers['content-encoding'] !== undefined || !(Number(length) <= SMALL_BODY_BYTES);
}

function gateOf({ gate, method, isPublic }: Endpoint): keyof Gates | undefined {
  return gate ?? (method === 'get' && isPublic !== true ? 'reads' : undefined);
}

function takesBody({ body, rawBody }: Endpoint): boolean {
  return body !== undefined || rawBody !== undefined;
}

function writeCookie({ name, value, maxAgeSeconds, secure }: NewCookie): string {
  const fixed = { httpOnly: true, sameSite: 'strict', path: '/' } as const;
  return stringifySetCookie({ name, value, maxAge: maxAgeSeconds, secure, ...fixed });
}

interface Content {
  body: unknown;
  rawBody: ReceivedBody;
  contentType: string;
}

const NOTHING: ReceivedBody = { bytes: Buffer.alloc(0), isGzip: false };

/** Reads and validates what an endpoint's schema says of the body. A body that no endpoint asked for is not read. */
async function readContent(
  endpoint: Endpoint,
  exchange: HttpExchange,
  bounds: Omit<ReadBodyOptions, 'bytesMax'>,
): Promise<Content> {
  const bytesMax =
    endpoint.bodyBytesMax ?? (endpoint.isPublic === true ? PUBLIC_BODY_BYTES_MAX : LIMITS.requestBytesMax);
  if (endpoint.rawBody !== undefined) {
    const contentType = readMediaType(exchange.request.headers['content-type']);
    requireMediaType(contentType, endpoint.rawBody);
    return { body: undefined, rawBody: await receiveBody(exchange, { ...bounds, bytesMax }), contentType };
  }
  if (endpoint.body === undefined) {
    if (!hasNoBody(exchange.request)) exchange.response.setHeader('connection', 'close');
    return { body: undefined, rawBody: NOTHING, contentType: '' };
  }
  const isOptional = endpoint.bodyOptional === true;
  const isAlert = endpoint.bodyIsAlert === true;
  const read = () => readBody(exchange, { ...bounds, bytesMax });
  const given = await readJsonBody(exchange, { read, isOptional, isAlert });
  const body = validate(endpoint.body, given, 'The body is invalid.');
  return { body, rawBody: NOTHING, contentType: given === undefined ? '' : 'application/json' };
}

/** @throws ProblemError `invalid_request` naming each field that the schema refuses. */
export function validate(schema: z.ZodType | undefined, value: unknown, detail: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = checkValue(schema, value);
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalid_request', { detail, errors: fieldErrorsOf(parsed.error) });
}

/** Aborts when the connection closes before the answer is out. */
function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abort = () => {
    if (!response.writableFinished) controller.abort();
  };
  if (response.destroyed) abort();
  else response.once('close', abort);
  return controller.signal;
}
