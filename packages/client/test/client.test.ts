import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { deleteDestination, getAlert, listAlerts, listApiKeys, updateDestination } from '@tocsin/contract';
import { createClient, InvalidCallError } from '../src/index.ts';

interface Seen {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

const servers: http.Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** A server that records each request and answers it with `answer`. */
async function serve(answer: (response: http.ServerResponse, request: http.IncomingMessage) => void) {
  const seen: Seen[] = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    answer(response, request);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { seen, port, baseUrl: `http://127.0.0.1:${port}`, server };
}

function json(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const apiKey = 'tcs_a_b';
const id = 'b383e752-440f-4454-8bae-1968eda65f9b';

describe('a call', () => {
  test('sends method, path, query, key and agent, and hands on the answer with what it does not know', async () => {
    const server = await serve((response) =>
      json(response, 200, { items: [], nextCursor: null, hint: 'new' }),
    );
    const client = createClient({ baseUrl: `${server.baseUrl}/`, apiKey, userAgent: 'tocsin-cli/1' });
    const answer = await client.call(listAlerts, { query: { severity: ['HIGH', 'LOW'], limit: 5 } });
    expect(answer).toEqual({ items: [], nextCursor: null, hint: 'new' });
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      url: '/v1/alerts?severity=HIGH&severity=LOW&limit=5',
      body: '',
      headers: { authorization: 'Bearer tcs_a_b', 'user-agent': 'tocsin-cli/1' },
    });
    expect(server.seen[0]?.headers['content-type']).toBeUndefined();
  });

  test('sends a body as JSON', async () => {
    const server = await serve((response) => json(response, 400, { status: 400, code: 'x', detail: 'd' }));
    const client = createClient({ baseUrl: server.baseUrl, apiKey });
    await client.call(updateDestination, { params: { id }, body: { enabled: false } }).catch(() => undefined);
    expect(server.seen[0]).toMatchObject({
      method: 'PATCH',
      url: `/v1/destinations/${id}`,
      body: '{"enabled":false}',
      headers: { 'content-type': 'application/json' },
    });
  });

  test('answers undefined for 204', async () => {
    const server = await serve((response) => response.writeHead(204).end());
    const client = createClient({ baseUrl: server.baseUrl, apiKey });
    await expect(client.call(deleteDestination, { params: { id } })).resolves.toBeUndefined();
  });

  test('throws what a problem document says', async () => {
    const server = await serve((response) =>
      json(response, 404, {
        type: 't',
        title: 'T',
        status: 404,
        detail: 'No such alert.',
        code: 'not_found',
      }),
    );
    const client = createClient({ baseUrl: server.baseUrl, apiKey });
    await expect(client.call(getAlert, { params: { alertId: 'a' } })).rejects.toMatchObject({
      name: 'ApiError',
      code: 'not_found',
      message: 'No such alert.',
    });
  });

  test('does not follow a redirect, so the key goes nowhere else', async () => {
    const other = await serve((response) => json(response, 200, { items: [] }));
    const server = await serve((response) => response.writeHead(307, { location: other.baseUrl }).end());
    const client = createClient({ baseUrl: server.baseUrl, apiKey });
    await expect(client.call(listApiKeys)).rejects.toMatchObject({ status: 307, code: 'unexpected_answer' });
    expect(other.seen).toHaveLength(0);
  });

  test.each([
    ['a web page', (response: http.ServerResponse) => response.end('<html>')],
    ['other JSON', (response: http.ServerResponse) => json(response, 200, { hello: 1 })],
  ])('says so where a 200 is %s', async (_, answer) => {
    const server = await serve(answer);
    const client = createClient({ baseUrl: server.baseUrl, apiKey });
    await expect(client.call(listApiKeys)).rejects.toMatchObject({ code: 'unexpected_answer' });
  });
});

describe('a connection that fails', () => {
  test('is told apart: refused', async () => {
    const server = await serve(() => undefined);
    server.server.close();
    await once(server.server, 'close');
    servers.length = 0;
    const client = createClient({ baseUrl: server.baseUrl, apiKey });
    await expect(client.call(listApiKeys)).rejects.toMatchObject({
      name: 'ConnectionError',
      code: 'connection_refused',
      message: `Nothing is listening at ${server.baseUrl} (ECONNREFUSED).`,
    });
  });

  test('is told apart: broken off before and during the answer', async () => {
    const early = await serve((_, request) => request.socket.destroy());
    const late = await serve((response, request) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => request.socket.destroy());
    });
    for (const { baseUrl } of [early, late]) {
      const client = createClient({ baseUrl, apiKey });
      await expect(client.call(listApiKeys)).rejects.toMatchObject({ code: 'connection_reset' });
    }
  });

  test('is told apart: silent', async () => {
    const server = await serve(() => undefined);
    const client = createClient({ baseUrl: server.baseUrl, apiKey, timeoutMs: 50 });
    await expect(client.call(listApiKeys)).rejects.toMatchObject({ code: 'timeout' });
  });

  test('is told apart: a port that is never asked', async () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:1', apiKey });
    await expect(client.call(listApiKeys)).rejects.toThrow(
      /its port is one of those that no HTTP client asks/,
    );
  });

  test('is told apart: no TLS', async () => {
    const server = await serve(() => undefined);
    const client = createClient({ baseUrl: server.baseUrl.replace('http:', 'https:'), apiKey });
    await expect(client.call(listApiKeys)).rejects.toMatchObject({ code: 'tls' });
  });

  test('says that plain HTTP answers where TLS is asked for, and the reverse, in plain words', async () => {
    const server = await serve(() => undefined);
    const asTls = createClient({ baseUrl: server.baseUrl.replace('http:', 'https:'), apiKey });
    const failure = await asTls.call(listApiKeys).catch((error: Error) => error.message);
    expect(failure).toContain(`It does not speak TLS: try ${server.baseUrl}.`);
    expect(failure).not.toMatch(/openssl|\.c:|routines/);
    const closing = await serve((_, request) => request.socket.destroy());
    const asPlain = createClient({ baseUrl: closing.baseUrl, apiKey });
    await expect(asPlain.call(listApiKeys)).rejects.toThrow(
      `If it speaks TLS, its address is ${closing.baseUrl.replace('http:', 'https:')}.`,
    );
  });

  test("rejects with the caller's reason where the caller ended it", async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const server = await serve(() => controller.abort(reason));
    const client = createClient({ baseUrl: server.baseUrl, apiKey });
    await expect(client.call(listApiKeys, { signal: controller.signal })).rejects.toBe(reason);
  });
});

test('a key that no header can carry is refused without being repeated', () => {
  const secret = 'tcs_a_s3cret\r\nx: y';
  expect(() => createClient({ baseUrl: 'http://h', apiKey: secret })).toThrow(InvalidCallError);
  expect(() => createClient({ baseUrl: 'http://h', apiKey: secret })).not.toThrow(/s3cret/);
});

describe('ingest', () => {
  const summary = {
    accepted: 1,
    duplicates: 0,
    rejected: 0,
    results: [{ index: 0, alertId: 'a', status: 'accepted' }],
  };

  test('passes the bytes on as they are', async () => {
    const server = await serve((response) => json(response, 202, summary));
    const client = createClient({ baseUrl: server.baseUrl, apiKey });
    const body = new TextEncoder().encode('{"id": 1.0}\n');
    await expect(client.postAlerts(body, 'application/x-ndjson')).resolves.toEqual(summary);
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      url: '/v1/alerts',
      body: '{"id": 1.0}\n',
      headers: { 'content-type': 'application/x-ndjson' },
    });
  });

  test('fails at once without a policy, and tries again with one', async () => {
    let left = 2;
    const server = await serve((response) => {
      if (left-- > 0) json(response, 503, { status: 503, code: 'overloaded', detail: 'Busy.' });
      else json(response, 202, summary);
    });
    const client = createClient({ baseUrl: server.baseUrl, apiKey });
    await expect(client.postAlerts('{}', 'application/json')).rejects.toMatchObject({ code: 'overloaded' });
    const retry = { retryForMs: 10_000, repeatUnknown: true, sleep: async () => undefined };
    await expect(client.postAlerts('{}', 'application/json', { retry })).resolves.toEqual(summary);
    expect(server.seen).toHaveLength(3);
  });
});
