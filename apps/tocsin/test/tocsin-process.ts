import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  checkAnswer,
  claimRedisDatabase,
  createTestDatabase,
  startProcess,
  type TestProcess,
  waitFor,
} from '@tocsin/testkit';

/** The program, as it is run from a checkout. */
export const ENTRY = path.resolve(import.meta.dirname, '../src/main.ts');

export const ADMIN_KEY = 'tcs_admin_0123456789abcdefghijklmnopqrstuv';

export type Backend = 'postgres' | 'redis';

/** What outlives a process: database, data folder, and one database of Redis. */
export interface TestStorage {
  env: Record<string, string>;
  remove(): Promise<void>;
}

/** @throws Error where the run was not provided with a Redis. */
function redisServerUrl(): string {
  const { TOCSIN_TEST_REDIS_URL: url, TOCSIN_TEST_REDIS_PROBLEM: problem } = process.env;
  if (url === undefined) throw new Error(problem ?? 'TOCSIN_TEST_REDIS_URL is not set');
  return url;
}

/** A fresh database for one test, and a numbered database of Redis that no other test of this run uses. */
export async function createStorage(backend: Backend): Promise<TestStorage> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-test-'));
  const database = await createTestDatabase('tocsin', { isMigrated: true });
  const claimed = backend === 'redis' ? await claimRedisDatabase(redisServerUrl()) : undefined;
  return {
    env: {
      DATABASE_URL: database.url,
      TOCSIN_DATA_DIR: dataDir,
      ...(claimed && { REDIS_URL: claimed.url }),
    },
    remove: async () => {
      await claimed?.release();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface Tocsin {
  url: string;
  process: TestProcess;
  /** Asks the API with the admin key, and holds the answer to the OpenAPI document. @returns status and parsed body */
  api(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<{ status: number; body: any }>;
}

/** Settings under which retries come quickly and receivers on the loopback are allowed. */
export const QUICK = {
  TOCSIN_ADMIN_KEY: ADMIN_KEY,
  TOCSIN_EGRESS_ALLOW: '127.0.0.0/8',
  TOCSIN_RETRY_BASE_MS: '20',
  TOCSIN_RETRY_FACTOR: '1.2',
  TOCSIN_RETRY_CEILING_MS: '200',
  TOCSIN_RATE_LIMIT: '100000',
  LOG_LEVEL: 'info',
};

/** Starts `tocsin up` as a process of its own, and waits until it serves. */
export async function startTocsin(env: Record<string, string>, args: string[] = []): Promise<Tocsin> {
  const child = await startProcess({
    entry: ENTRY,
    args: ['up', '--port', '0', '--json', ...args],
    env: { ...QUICK, ...env },
  });
  const line = await waitFor(
    () => {
      if (child.hasExited()) throw new Error(`tocsin up ended: ${child.stderr().slice(-2_000)}`);
      return child
        .stdout()
        .split('\n')
        .find((text) => text.startsWith('{"url"'));
    },
    { describe: () => `tocsin up to serve; it said ${child.stderr().slice(-2_000)}` },
  );
  const { url } = JSON.parse(line) as { url: string };
  return { url, process: child, api: createApi(url) };
}

export function createApi(url: string): Tocsin['api'] {
  return async (method, where, body, contentType = 'application/json') => {
    const response = await fetch(`${url}${where}`, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
    checkAnswer({ method, path: where, contentType: type, ...answer });
    return answer;
  };
}

/** Everything that is not settled yet, by state. */
export async function openDeliveries(tocsin: Pick<Tocsin, 'api'>): Promise<number> {
  const { body } = await tocsin.api('GET', '/v1/deliveries?status=pending,retrying&limit=200');
  return body.items.length;
}
