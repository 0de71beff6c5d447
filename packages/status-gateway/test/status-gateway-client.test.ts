import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ProblemError } from '@tocsin/contract';
import { createHttpHandler, defineInternalRoute, listen } from '@tocsin/http';
import { createLogger, createMetrics } from '@tocsin/service';
import { z } from 'zod';
import {
  aboutStatusService,
  createStatusGatewayClient,
  type Outcome,
  outcomeSchema,
  type Plan,
  planSchema,
  STATUS_GATEWAY_PATHS,
  type Verdict,
} from '../src/index.ts';

const TOKEN = 'a-service-token-of-some-length';
const ID = '0198b5d2-0000-7000-8000-000000000000';
const PLAN: Plan = {
  alertId: 'a',
  day: '2026-07-01',
  severity: 'HIGH',
  isSystemError: false,
  decision: { rule: 'filters', destinationIds: [ID], skipped: [], notes: ['a note'] },
};
const job = (deliveryId: string) => ({
  deliveryId,
  day: '2026-07-01',
  destinationId: ID,
  round: 1,
  dispatchNumber: 2,
});
const OUTCOMES: Outcome[] = [
  { kind: 'skipped', ...job('one') },
  {
    kind: 'attempted',
    ...job('two'),
    number: 3,
    result: {
      startedAt: '2026-07-01T07:57:12.000Z',
      durationMs: 12.5,
      timings: { dnsMs: null, connectMs: 1, tlsMs: null, firstByteMs: 2 },
      address: '203.0.113.1',
      statusCode: 500,
      responseBody: 'U+0000 \u0000 and 😀',
      responseTruncated: false,
      repeated: false,
      location: null,
      responseContentType: null,
      retryAfterMs: null,
      error: { code: 'http_status', message: 'answered 500' },
    },
  },
];
const VERDICTS: Verdict[] = [{ kind: 'deferred' }, { kind: 'retry', afterMs: 5_000 }];
const RELEASED = {
  ...job('one'),
  alertId: 'a',
  severityRank: 1,
  isRetry: false,
  shard: 0,
  attemptsMax: 11,
};

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const resource of opened.splice(0)) await resource.close();
});

/** A logger whose lines the test reads. */
function createRecordedLog() {
  const lines: { msg: string; [field: string]: unknown }[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
  return { log: createLogger({ level: 'debug', service: 'test', destination }), lines };
}

function createClient(statusUrl: string, options: { serviceToken?: string; timeoutMs?: number } = {}) {
  const { log, lines } = createRecordedLog();
  const client = createStatusGatewayClient({ statusUrl, serviceToken: TOKEN, log, ...options });
  opened.push(client);
  return { client, lines };
}

/** A status service that does with plans and outcomes what the test says. */
async function startStatusService(answer: { plans?: () => unknown; outcomes?: () => unknown } = {}) {
  const given: unknown[] = [];
  const handle = (answerOne: (() => unknown) | undefined) => async (items: unknown[]) => {
    given.push(...items);
    return answerOne?.();
  };
  const { log } = createRecordedLog();
  const handler = createHttpHandler({
    service: 'test',
    routes: [],
    authenticate: () => Promise.reject(new Error('no keys here')),
    rateLimitPerSecond: 100_000,
    readiness: async () => ({}),
    log,
    metrics: createMetrics('test'),
    serviceToken: TOKEN,
    internal: [
      defineInternalRoute({
        method: 'post',
        path: STATUS_GATEWAY_PATHS.plans,
        bodySchema: z.array(planSchema),
        handler: handle(answer.plans ?? (() => [RELEASED])),
      }),
      defineInternalRoute({
        method: 'post',
        path: STATUS_GATEWAY_PATHS.outcomes,
        bodySchema: z.array(outcomeSchema),
        handler: handle(answer.outcomes ?? (() => VERDICTS)),
      }),
    ],
  });
  return { url: await startBare(handler), given };
}

async function startBare(handler: RequestListener) {
  const server = await listen(handler, { port: 0, host: '127.0.0.1', closeTimeoutMs: 100 });
  opened.push(server);
  return server.url;
}

describe('the status service over HTTP', () => {
  test('gets plans and outcomes unchanged, and its answers come back', async () => {
    const { url, given } = await startStatusService();
    const { client } = createClient(url);
    expect(await client.commitPlans([PLAN])).toEqual([RELEASED]);
    expect(await client.commitOutcomes(OUTCOMES)).toEqual(VERDICTS);
    expect(given).toEqual([PLAN, ...OUTCOMES]);
  });

  test('is asked on kept-alive connections', async () => {
    const sockets = new Set<unknown>();
    const url = await startBare((request: IncomingMessage, response) => {
      sockets.add(request.socket);
      request.resume().once('end', () => response.end('[]'));
    });
    const { client } = createClient(url);
    for (let index = 0; index < 20; index += 1) await client.commitPlans([]);
    // undici opens a second one before the first is known to be free.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  test('a problem comes back with its code', async () => {
    const { url } = await startStatusService({
      outcomes: () => {
        throw new ProblemError('unavailable', { detail: 'The database is unavailable.' });
      },
    });
    const { client, lines } = createClient(url);
    await expect(client.commitOutcomes(OUTCOMES)).rejects.toMatchObject({
      name: 'StatusGatewayError',
      code: 'unavailable',
      message: 'The status service answered 503: The database is unavailable.',
    });
    expect(lines.filter(({ msg }) => msg !== 'request')).toMatchObject([{ level: 'debug', items: 2 }]);
  });

  test('a refused token says which setting to look at, and does not show it', async () => {
    const { url } = await startStatusService();
    const { client, lines } = createClient(url, { serviceToken: 'canary-canary-canary' });
    const refusal = client.commitPlans([PLAN]);
    await expect(refusal).rejects.toMatchObject({
      code: 'token_refused',
      message: expect.stringContaining('TOCSIN_SERVICE_TOKEN'),
    });
    expect(JSON.stringify([lines, String(await refusal.catch((error) => error))])).not.toContain('canary');
  });

  test.each([
    ['not JSON', 'oops'],
    ['another shape', '[{"kind":"maybe"}]'],
    ['an object', '{}'],
    ['fewer verdicts than outcomes', '[{"kind":"succeeded"}]'],
  ])('an answer of %s is an error', async (_, text) => {
    const url = await startBare((request, response) => {
      request.resume().once('end', () => response.end(text));
    });
    await expect(createClient(url).client.commitOutcomes(OUTCOMES)).rejects.toMatchObject({
      code: 'bad_answer',
    });
  });

  test('a proxy that does not reach it is unreachable, and asked whether it is back, as one with a database is', async () => {
    let status = 502;
    const url = await startBare((request, response) => {
      const problem = {
        type: 'about:blank',
        title: 'x',
        status,
        detail: 'The database is unavailable.',
        code: 'unavailable',
      };
      const body = status === 502 ? '<html>' : status === 503 ? JSON.stringify(problem) : '[]';
      request.resume().once('end', () => response.writeHead(status).end(body));
    });
    const { client } = createClient(url);
    const { isIts, ask } = aboutStatusService(client);
    const error = await client.commitPlans([PLAN]).catch((failure) => failure);
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(isIts(error)).toBe(true);
    await expect(ask()).rejects.toMatchObject({ code: 'unreachable' });
    status = 503;
    expect(isIts(await client.commitPlans([PLAN]).catch((failure) => failure))).toBe(true);
    await ask();
    status = 200;
    await ask();
  });

  test.each([500, 404, 302])('a %d without a problem document is an error', async (status) => {
    const url = await startBare((request, response) => {
      request.resume().once('end', () => response.writeHead(status, { location: '/x' }).end('<html>'));
    });
    await expect(createClient(url).client.commitPlans([])).rejects.toMatchObject({
      name: 'StatusGatewayError',
    });
  });

  test('nobody there, or an answer that breaks off, is unreachable', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    await expect(createClient(`http://127.0.0.1:${port}`).client.commitPlans([])).rejects.toMatchObject({
      code: 'unreachable',
      cause: { cause: { code: 'ECONNREFUSED' } },
    });
    const url = await startBare((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('[');
      response.destroy();
    });
    await expect(createClient(url).client.commitPlans([])).rejects.toMatchObject({ code: 'unreachable' });
  });

  test.each([
    ['before its headers', () => {}],
    [
      'in the middle of its body',
      (_: unknown, response: { writeHead(status: number): { write(text: string): void } }) =>
        response.writeHead(200).write('['),
    ],
  ])('an answer that hangs %s is a timeout', async (_, handler) => {
    const url = await startBare(handler as RequestListener);
    await expect(createClient(url, { timeoutMs: 200 }).client.commitPlans([])).rejects.toMatchObject({
      code: 'timeout',
    });
  });
});
