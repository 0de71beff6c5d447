import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PROBLEMS, type ProblemCode, problemSchema } from '@tocsin/contract';
import { createReceiver, hang, hangUp, provideNginx, type Receiver, testWhen } from '@tocsin/testkit';
import { type LocalProxy, startLocalProxy } from '../attack/system/local-proxy.ts';
import { createStubService, type StubService } from './stub-service.ts';

const nginx = await provideNginx();
const describeWithNginx = testWhen(
  describe,
  nginx.kind === 'provided',
  nginx.kind === 'provided' ? '' : `the proxy’s tests need nginx: ${nginx.reason}`,
);
const program = nginx.kind === 'provided' ? nginx.program : '';

interface RawAnswer {
  status: number;
  head: string;
  body: string;
}

/** One request as the bytes that are given, and all that comes back until the connection ends or the answer is whole. */
function sendRaw(port: number, ...parts: (string | Buffer)[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = () => {
      socket.destroy();
      const [head = '', body = ''] = text.split('\r\n\r\n').slice(text.startsWith('HTTP/1.1 100') ? 1 : 0);
      resolve({ status: Number(/^HTTP\/\d\.\d (\d+)/.exec(head)?.[1]), head, body });
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      const answer = text.replace(/^HTTP\/1\.1 100.*?\r\n\r\n/s, '');
      const length = /content-length: (\d+)/i.exec(answer)?.[1];
      const body = answer.split('\r\n\r\n')[1];
      if (length !== undefined && body !== undefined && Buffer.byteLength(body) >= Number(length)) finish();
    });
    socket.on('close', finish);
    socket.on('error', (error) => (text === '' ? reject(error) : finish()));
    for (const part of parts) socket.write(part);
  });
}

function expectProblem(answer: RawAnswer, code: ProblemCode): void {
  expect({ status: answer.status, head: answer.head }).toMatchObject({
    status: PROBLEMS[code].status,
    head: expect.stringMatching(/content-type: application\/problem\+json/i),
  });
  expect(problemSchema.parse(JSON.parse(answer.body))).toMatchObject({ code, title: PROBLEMS[code].title });
}

/** Bytes that lie in files below a folder. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(nginx\.(conf|pid)|access\.log)$/.test(entry.name))
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

const request = (line: string, headers: Record<string, string | number> = {}) =>
  `${line} HTTP/1.1\r\nHost: x\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

describeWithNginx('the proxy of docker-compose.yml', () => {
  let service: StubService;
  let faulty: Receiver;
  let proxy: LocalProxy;
  /** Passes what belongs to the status service to a receiver that misbehaves. */
  let auth: { authorization: string };

  beforeAll(async () => {
    service = await createStubService();
    faulty = await createReceiver({ script: hangUp() });
    proxy = await startLocalProxy(program, {
      ingest: service.address,
      status: service.address,
      reads: new URL(faulty.url).host,
      control: service.address,
    });
    auth = { authorization: `Bearer ${service.key}` };
  });
  afterAll(async () => {
    await proxy?.stop();
    await faulty?.close();
    await service?.close();
  });
  beforeEach(() => {
    service.arrived.splice(0);
  });

  const send = (...parts: (string | Buffer)[]) => sendRaw(proxy.port, ...parts);
  const json = { 'content-type': 'application/json' };

  describe('a caller without a valid key', () => {
    const body = Buffer.alloc(10 * 1024 * 1024, ' ');

    test.each([
      ['no key', {}],
      ['an unknown key', { authorization: 'Bearer tcs_unknown_0123456789abcdefghijklmnop' }],
    ])('(%s) is answered 401 before its body is sent, and nothing of it is kept', async (_, headers) => {
      const before = service.bytesRead();
      const answer = await send(
        request('POST /v1/alerts', { ...json, ...headers, 'content-length': body.length }),
      );
      expectProblem(answer, 'unauthorized');
      expect(service.bytesRead() - before).toBeLessThan(2_000);
      expect(bytesIn(proxy.folder)).toBe(0);
    });

    test('who sends it all the same fills neither the disk nor the service', async () => {
      const before = service.bytesRead();
      const head = request('POST /v1/alerts', { ...json, 'content-length': body.length });
      const answers = await Promise.all(Array.from({ length: 8 }, () => send(head, body)));
      for (const answer of answers) expect(answer.status).toBe(401);
      expect(bytesIn(proxy.folder)).toBe(0);
      // What was under way when the answer came; the rest is thrown away by the proxy.
      expect(service.bytesRead() - before).toBeLessThan((8 * body.length) / 4);
    });
  });

  describe('bodies', () => {
    test.each([
      ['/v1/alerts', 10 * 1024 * 1024 + 64 * 1024, '10 MiB. Split the batch.'],
      ['/v1/route', 512 * 1024, '512 KiB.'],
      ['/v1/destinations', 64 * 1024, '64 KiB.'],
      ['/v1/resends', 64 * 1024, '64 KiB.'],
      ['/anything', 64 * 1024, '64 KiB.'],
    ])(
      'to %s of more than %d bytes are refused by their length, with the limit',
      async (where, limit, words) => {
        const answer = await send(
          request(`POST ${where}`, { ...auth, ...json, 'content-length': limit + 1 }),
        );
        expectProblem(answer, 'request_too_large');
        expect(JSON.parse(answer.body).detail).toBe(`A request to this path may have at most ${words}`);
        expect(service.arrived).toEqual([]);
      },
    );

    test('in chunks are refused once they are too large', async () => {
      const chunk = Buffer.alloc(96 * 1024, ' ');
      const answer = await send(
        request('POST /v1/destinations', { ...auth, ...json, 'transfer-encoding': 'chunked' }),
        `${chunk.length.toString(16)}\r\n`,
        chunk,
        '\r\n0\r\n\r\n',
      );
      expectProblem(answer, 'request_too_large');
    });

    test.each<[string, Record<string, string>, Buffer]>([
      ['JSON of 10 MiB', json, Buffer.alloc(10 * 1024 * 1024, ' ')],
      ['gzip', { ...json, 'content-encoding': 'gzip' }, Buffer.from('[{"a":1}]')],
      ['NDJSON', { 'content-type': 'application/x-ndjson' }, Buffer.from('{"a":1}\n\n{"a":2}\n')],
    ])('of %s reach ingest whole', async (_, headers, body) => {
      const bytes = headers['content-encoding'] === 'gzip' ? gzipSync(body) : body;
      const head = request('POST /v1/alerts', { ...auth, ...headers, 'content-length': bytes.length });
      expect((await send(head, bytes)).status).toBe(202);
      const [arrived, ...others] = service.arrived;
      expect(arrived?.contentType).toBe(headers['content-type']);
      expect(arrived?.body.equals(body)).toBe(true);
      expect(others).toEqual([]);
    });

    test('in small chunks, after `Expect: 100-continue`, and of HTTP/1.0 reach it too', async () => {
      const body = '[{"a":1}]';
      const chunks = [...body].map((character) => `1\r\n${character}\r\n`);
      const chunked = request('POST /v1/alerts', { ...auth, ...json, 'transfer-encoding': 'chunked' });
      expect((await send(chunked, ...chunks, '0\r\n\r\n')).status).toBe(202);
      const length = { 'content-length': body.length };
      const expecting = request('POST /v1/alerts', { ...auth, ...json, ...length, expect: '100-continue' });
      expect((await send(expecting, body)).status).toBe(202);
      const old = request('POST /v1/alerts', { ...auth, ...json, ...length }).replace(
        'HTTP/1.1\r\nHost: x',
        'HTTP/1.0',
      );
      expect((await send(old, body)).status).toBe(202);
      expect(service.arrived.map((arrived) => arrived.body.toString())).toEqual([body, body, body]);
    });

    test('that stop coming are ended by the service, whose answer comes through', async () => {
      // By itself: with so short a time a loaded machine would not read 10 MiB.
      const impatient = await createStubService({ requestTimeoutMs: 1_000 });
      const { address } = impatient;
      const services = { ingest: address, status: address, reads: address, control: address };
      const proxy = await startLocalProxy(program, services);
      try {
        const auth = { authorization: `Bearer ${impatient.key}` };
        const head = request('POST /v1/alerts', { ...auth, ...json, 'content-length': 100 });
        expect((await sendRaw(proxy.port, head, '[{')).status).toBe(408);
        expect(impatient.arrived).toEqual([]);
      } finally {
        await proxy.stop();
        await impatient.close();
      }
    });
  });

  describe('its own errors are problem documents:', () => {
    test.each<[string, ProblemCode, string]>([
      ['a path between services', 'not_found', request('GET /internal/alerts')],
      ['metrics', 'not_found', request('GET /metrics')],
      ['readiness', 'not_found', request('GET /readyz')],
      ['such a path in other letters', 'not_found', request('GET /Internal/alerts')],
      ['such a path with dots and escapes', 'not_found', request('GET /v1/../%69nternal//alerts')],
      ['a line that is none', 'invalid_request', 'nonsense\r\n\r\n'],
      ['two lengths', 'invalid_request', request('POST /v1/alerts', { 'content-length': '1, 2' })],
      [
        'a length and chunks',
        'invalid_request',
        request('POST /', { 'content-length': 1, 'transfer-encoding': 'chunked' }),
      ],
      ['an unknown transfer coding', 'invalid_request', request('POST /', { 'transfer-encoding': 'spiral' })],
      ['no host', 'invalid_request', 'GET / HTTP/1.1\r\n\r\n'],
      ['an unknown version', 'invalid_request', 'GET / HTTP/3.0\r\nHost: x\r\n\r\n'],
      ['a request line of 9,000 bytes', 'invalid_request', request(`GET /${'a'.repeat(9_000)}`)],
      ['a header of 9,000 bytes', 'headers_too_large', request('GET /', { 'x-long': 'a'.repeat(9_000) })],
      [
        'headers of 24 KiB',
        'headers_too_large',
        request('GET /', {
          a: 'a'.repeat(7_000),
          b: 'b'.repeat(7_000),
          c: 'c'.repeat(7_000),
          d: 'd'.repeat(3_000),
        }),
      ],
      ['the method TRACE', 'method_not_allowed', request('TRACE /')],
      ['a service that hangs up', 'unavailable', request('GET /v1/deliveries')],
    ])('%s: %s', async (_, code, bytes) => expectProblem(await send(bytes), code));

    test('an ingest that breaks off may have been stored', async () => {
      const broken = await startLocalProxy(program, {
        ingest: new URL(faulty.url).host,
        status: service.address,
        reads: service.address,
        control: service.address,
      });
      try {
        const post = request('POST /v1/alerts', { ...json, 'content-length': 2 });
        expectProblem(await sendRaw(broken.port, post, '[]'), 'outcome_unknown');
      } finally {
        await broken.stop();
      }
    });

    test('more pages than an address may have in a second; the API goes on', async () => {
      let refused: RawAnswer | undefined;
      const ask = async () => {
        while (refused === undefined) {
          const answer = await send(request('GET /docs'));
          if (answer.status === 429) refused = answer;
        }
      };
      await Promise.all(Array.from({ length: 450 }, ask));
      expectProblem(refused as RawAnswer, 'rate_limited');
      const answer = await send(request('GET /v1/destinations', { authorization: 'Bearer other' }));
      expect(answer.status).not.toBe(429);
    });

    test('more requests under way with one key than it may have', async () => {
      faulty.respondWith(hang());
      const callers = Array.from({ length: 257 }, () => send(request('GET /v1/deliveries', auth)));
      try {
        expectProblem(await Promise.race(callers), 'rate_limited');
        const other = await send(
          request('POST /v1/alerts', {
            ...json,
            ...auth,
            authorization: 'Bearer other',
            'content-length': 2,
          }),
          '[]',
        );
        expect(other.status).toBe(401);
      } finally {
        faulty.respondWith(hangUp());
        await proxy.stop();
        await Promise.allSettled(callers);
      }
    });
  });

  describe('passes on by path and method:', () => {
    const UPSTREAMS = ['ingest', 'status', 'reads', 'control'] as const;
    const receivers = new Map<(typeof UPSTREAMS)[number], Receiver>();
    let sorting: LocalProxy;

    beforeAll(async () => {
      for (const name of UPSTREAMS) receivers.set(name, await createReceiver());
      const hosts = UPSTREAMS.map((name) => [name, new URL(receivers.get(name)?.url ?? '').host]);
      sorting = await startLocalProxy(program, Object.fromEntries(hosts));
    });
    afterAll(async () => {
      await sorting?.stop();
      for (const receiver of receivers.values()) await receiver.close();
    });

    test.each<[(typeof UPSTREAMS)[number], string]>([
      ['ingest', 'POST /v1/alerts'],
      ['reads', 'GET /v1/alerts?limit=1'],
      ['reads', 'HEAD /v1/alerts'],
      ['reads', 'OPTIONS /v1/alerts'],
      ['reads', 'GET /v1/alerts/a%2Fb'],
      ['reads', 'GET /v1/alerts/resend'],
      ['status', 'POST /v1/alerts/one/resend'],
      ['status', 'POST /v1/alerts/a%2Fb/resend?x=1'],
      ['reads', 'GET /v1/deliveries'],
      ['reads', 'GET /v1/deliveries/one'],
      ['status', 'POST /v1/deliveries/one/resend'],
      ['reads', 'POST /v1/deliveries'],
      ['reads', 'GET /v1/resends'],
      ['reads', 'GET /v1/resends/one'],
      ['status', 'POST /v1/resends'],
      ['status', 'DELETE /v1/resends/one'],
      ['reads', 'GET /v1/stats?since=x'],
      ['control', 'GET /v1/destinations'],
      ['control', 'GET /alerts/one'],
    ])('to %s: %s', async (name, line) => {
      for (const { requests } of receivers.values()) requests.splice(0);
      const answer = await sendRaw(sorting.port, request(line, { connection: 'close' }));
      expect(answer.status).toBe(200);
      const [method, path] = line.split(' ');
      const reached = [...receivers].flatMap(([who, { requests }]) =>
        requests.map((one) => [who, one.method, one.path]),
      );
      expect(reached).toEqual([[name, method, path]]);
    });
  });
});
