import { createServiceHandler } from '@tocsin/bootstrap';
import { DEFAULT_RETRY_POLICY, type ProblemDocument } from '@tocsin/contract';
import { createGuardedAgents, type EgressPolicy } from '@tocsin/egress';
import { listen } from '@tocsin/http';
import type { QueueBoardSource } from '@tocsin/queues';
import { createLifecycle, createLogger, createMetrics } from '@tocsin/service';
import { connectDatabase, connectReads, createDestinationDirectory, migrate } from '@tocsin/store';
import {
  checkAnswer,
  createFaultProxy,
  createTestDatabase,
  expectNoLeaks,
  openHandles,
} from '@tocsin/testkit';
import { createWebhookSender } from '@tocsin/webhook';
import { createControlApi } from '../src/index.ts';
import { loopbackPolicy, sealer } from './sample.ts';

export const ADMIN_KEY = 'tcs_admin_test-secret';

export interface ControlOptions {
  policy?: EgressPolicy;
  /** Names that the sender resolves, with their addresses. */
  names?: Record<string, string>;
  publicUrl?: string;
  proxyHops?: number;
  consoleDir?: string;
  /** Of the database; see the test kit. */
  locale?: string;
  /** Opens what the board shows; given the database, for queues on Postgres. */
  openQueues?: (databaseUrl: string) => Promise<QueueBoardSource>;
}

/** What a browser keeps of a session. */
export interface SignedIn {
  cookie: string;
  csrfToken: string;
}

export interface Answered {
  status: number;
  /** Of any type: every answer is checked against the OpenAPI document instead. */
  body: any;
  headers: Headers;
}

type LookupCallback = (error: Error | null, addresses: { address: string; family: number }[]) => void;

/**
 * The service on a database of its own, behind a fault proxy, and a real port, with everything it needs; every answer is
 * checked, and a leak fails `close`.
 */
export async function startControl(given: ControlOptions = {}) {
  const { policy = loopbackPolicy, names = {}, publicUrl = 'https://tocsin.example.com' } = given;
  const handles = openHandles();
  const lines: string[] = [];
  const log = createLogger({
    level: 'debug',
    service: 'control-api',
    destination: { write: (line: string) => lines.push(line) },
  });
  const lifecycle = createLifecycle(log);
  const testDatabase = await createTestDatabase(
    'control',
    given.locale === undefined ? { isMigrated: true } : { locale: given.locale },
  );
  lifecycle.own('test database', { close: () => testDatabase.drop() });
  const proxy = lifecycle.own('proxy', await createFaultProxy({ target: testDatabase.url }));
  const database = lifecycle.own(
    'database',
    connectDatabase({ databaseUrl: proxy.url, poolMax: 5, applicationName: 'test', log }),
  );
  const reads = lifecycle.own(
    'database for reads',
    connectReads({ databaseUrl: proxy.url, applicationName: 'test reads', outage: database.outage, log }),
  );
  if (given.locale !== undefined) await migrate(database, { sealer });
  const clock = { now: new Date('2026-07-01T12:00:00Z') };
  const notices = { count: 0, fault: null as Error | null };
  const lookup = (name: string, _: unknown, done: LookupCallback) =>
    done(null, [{ address: names[name] ?? '127.0.0.1', family: 4 }]);
  const agents = lifecycle.own('agents', createGuardedAgents({ policy, lookup: lookup as never }));
  const sender = lifecycle.own('sender', createWebhookSender({ agents, userAgent: 'Tocsin/test', log }));
  const directory = createDestinationDirectory({ database: reads, sealer });
  const board = await given.openQueues?.(testDatabase.url);
  if (board !== undefined) lifecycle.own('queue board', board);
  const deps = {
    database,
    reads,
    sealer,
    egressPolicy: policy,
    sender,
    directory,
    queues: board?.queues,
    log,
    now: () => clock.now,
    onDestinationsChanged: () => {
      notices.count += 1;
      if (notices.fault !== null) throw notices.fault;
    },
  };
  const options = {
    publicUrl,
    consoleDir: given.consoleDir,
    retryDefaults: DEFAULT_RETRY_POLICY,
    version: 'test',
    adminKey: ADMIN_KEY,
  };
  const service = lifecycle.own('control api', await createControlApi(deps, options));
  const handler = createServiceHandler(
    { ...service, database },
    {
      name: 'control-api',
      settings: { TOCSIN_RATE_LIMIT: 10_000, TOCSIN_PROXY_HOPS: given.proxyHops },
      log,
      metrics: createMetrics('control-api'),
      closing: lifecycle.closing,
      cacheMs: 0,
    },
  );
  const { url } = lifecycle.own('http server', await listen(handler, { port: 0, host: '127.0.0.1' }));

  async function call(
    method: string,
    path: string,
    body?: unknown,
    key = ADMIN_KEY,
    headers: Record<string, string> = {},
  ): Promise<Answered> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = {
      status: response.status,
      body: text === '' ? undefined : JSON.parse(text),
      contentType: response.headers.get('content-type') ?? '',
    };
    checkAnswer({ method, path, ...answer });
    return { ...answer, headers: response.headers };
  }

  /** Signs in as a browser does, and checks the answer. */
  async function signIn(key = ADMIN_KEY, headers: Record<string, string> = {}) {
    const response = await fetch(`${url}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ key }),
    });
    const body: any = await response.json();
    const contentType = response.headers.get('content-type') ?? '';
    checkAnswer({ method: 'POST', path: '/v1/session', status: response.status, contentType, body });
    const [setCookie = ''] = response.headers.getSetCookie();
    const [cookie = ''] = setCookie.split(';');
    return { response, body, setCookie, cookie, csrfToken: body.csrfToken as string };
  }

  /** Asks as a signed-in browser does; an answer of the contract is checked. */
  async function browse(
    { cookie, csrfToken }: SignedIn,
    path: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
  ): Promise<Answered> {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: { cookie, ...(method === 'GET' ? {} : { 'x-csrf-token': csrfToken }), ...headers },
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    const body = /json/.test(contentType) ? JSON.parse(text) : text === '' ? undefined : text;
    if (path.startsWith('/v1/')) checkAnswer({ method, path, status: response.status, contentType, body });
    return { status: response.status, body, headers: response.headers };
  }

  /** Makes a key with these scopes. */
  async function makeKey(...scopes: string[]): Promise<{ id: string; key: string }> {
    return (await call('POST', '/v1/api-keys', { name: 'made by a test', scopes })).body;
  }

  async function close(): Promise<void> {
    await lifecycle.close();
    await expectNoLeaks(handles);
  }

  const databaseUrl = testDatabase.url;
  return {
    url,
    database,
    databaseUrl,
    proxy,
    directory,
    deps,
    options,
    clock,
    notices,
    lines,
    call,
    signIn,
    browse,
    makeKey,
    close,
  };
}

export type Control = Awaited<ReturnType<typeof startControl>>;

/** @returns the places that a refusal names */
export function pathsOf({ body }: Answered): string[] {
  return ((body as ProblemDocument).errors ?? []).map(({ path }) => path);
}
