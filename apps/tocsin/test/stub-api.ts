import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { ENDPOINTS, type Endpoint, type ProblemCode, ProblemError, problemDocument } from '@tocsin/contract';

/** A request as the contract's schemas read it. */
export interface StubRequest {
  endpoint: string;
  params: Record<string, string>;
  query: Record<string, unknown>;
  /** Parsed by the endpoint's schema; undefined without a body. */
  body: unknown;
  /** The body as it came. */
  text: string;
  headers: http.IncomingHttpHeaders;
}

/** An answer; by default the endpoint's success. */
export interface StubAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** The body as JSON text, which is sent as it is. */
  text?: string;
  /** Break the connection instead. */
  hangUp?: boolean;
}

export type StubHandlers = Record<string, (request: StubRequest) => StubAnswer | Promise<StubAnswer>>;

export interface StubApi {
  readonly url: string;
  readonly apiKey: string;
  /** What came, in order. */
  readonly requests: StubRequest[];
  /** Requests that the contract does not allow, and answers that it does not promise: a test fails on any. */
  readonly faults: string[];
  close(): Promise<void>;
}

const API_KEY = 'tcs_stub_secret';

function matchPath(template: string, path: string): Record<string, string> | null {
  const names: string[] = [];
  const pattern = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return '([^/]+)';
  });
  const match = new RegExp(`^${pattern}$`).exec(path);
  if (match === null) return null;
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]));
}

function findEndpoint(method: string, path: string) {
  for (const endpoint of ENDPOINTS) {
    const params = endpoint.method === method.toLowerCase() ? matchPath(endpoint.path, path) : null;
    // The fixed path before the one with a parameter in the same place.
    const isFixed = ENDPOINTS.some((other) => other.path === path && other.method === endpoint.method);
    if (params !== null && (!isFixed || endpoint.path === path)) return { endpoint, params };
  }
  return null;
}

function queryOf(url: URL): Record<string, unknown> {
  return Object.fromEntries(
    [...new Set(url.searchParams.keys())].map((name) => {
      const values = url.searchParams.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

/** A problem document as the services write it. */
export function problem(code: ProblemCode, detail?: string, more: Partial<StubAnswer> = {}): StubAnswer {
  const error = new ProblemError(code, detail === undefined ? {} : { detail });
  return {
    status: error.status,
    body: problemDocument(error),
    ...more,
    headers: { 'content-type': 'application/problem+json', ...more.headers },
  };
}

/**
 * The HTTP API without anything behind it: requests are checked against the contract's schemas and answered by the
 * test's own handlers, by endpoint id.
 */
export async function createStubApi(handlers: StubHandlers): Promise<StubApi> {
  const requests: StubRequest[] = [];
  const faults: string[] = [];

  function read(endpoint: Endpoint, params: Record<string, string>, url: URL, text: string) {
    const check = (what: string, schema: Endpoint['params'] | Endpoint['body'], value: unknown) => {
      const checked = schema?.safeParse(value);
      if (checked?.success === false) faults.push(`${endpoint.id} ${what}: ${checked.error.message}`);
      return checked?.data;
    };
    if (endpoint.query === undefined && url.search !== '') faults.push(`${endpoint.id} takes no query`);
    const unknown = [...url.searchParams.keys()].filter((name) => !(name in (endpoint.query?.shape ?? {})));
    if (unknown.length > 0) faults.push(`${endpoint.id} does not know ${unknown.join(', ')}`);
    if (endpoint.body === undefined && endpoint.rawBody === undefined && text !== '') {
      faults.push(`${endpoint.id} takes no body`);
    }
    check('params', endpoint.params, params);
    const query = (check('query', endpoint.query, queryOf(url)) ?? {}) as Record<string, unknown>;
    const body = text === '' || endpoint.rawBody ? undefined : check('body', endpoint.body, JSON.parse(text));
    return { endpoint: endpoint.id, params, query, body, text };
  }

  async function answer(endpoint: Endpoint, request: StubRequest): Promise<StubAnswer> {
    const given =
      (await handlers[endpoint.id]?.(request)) ?? problem('not_found', `no handler for ${endpoint.id}`);
    const isSuccess = (given.status ?? 200) < 400;
    const checked = isSuccess
      ? endpoint.success.schema?.safeParse(given.text === undefined ? given.body : JSON.parse(given.text))
      : undefined;
    if (checked?.success === false) faults.push(`${endpoint.id} answer: ${checked.error.message}`);
    return { status: endpoint.success.status, ...given };
  }

  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const url = new URL(request.url ?? '/', 'http://stub');
    const found = findEndpoint(request.method ?? '', url.pathname);
    let given: StubAnswer;
    if (found === null) {
      faults.push(`no endpoint ${request.method} ${url.pathname}`);
      given = problem('not_found');
    } else {
      const stubRequest = { ...read(found.endpoint, found.params, url, text), headers: request.headers };
      requests.push(stubRequest);
      const authorised = request.headers.authorization === `Bearer ${API_KEY}`;
      given = authorised ? await answer(found.endpoint, stubRequest) : problem('unauthorized');
    }
    if (given.hangUp === true) {
      request.socket.destroy();
      return;
    }
    response.writeHead(given.status ?? 200, { 'content-type': 'application/json', ...given.headers });
    response.end(given.text ?? (given.body === undefined ? '' : JSON.stringify(given.body)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    apiKey: API_KEY,
    requests,
    faults,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
