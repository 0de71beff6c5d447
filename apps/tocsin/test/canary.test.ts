import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ENDPOINTS, SCOPES } from '@tocsin/contract';
import { createReceiver, type Receiver, type Recorded, waitFor } from '@tocsin/testkit';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Browser } from 'playwright-core';
import { openBrowser, openTab } from './console/browser.ts';
import {
  ADMIN_KEY,
  createStorage,
  openDeliveries,
  startTocsin,
  type TestStorage,
  type Tocsin,
} from './tocsin-process.ts';

/** One word for each secret, found again in whatever a secret is written as, and no word of anything else. */
const SECRETS = {
  header: 'hdrcanary"<&>/q7w8',
  password: 'pwdcanary1x2y3z',
  path: 'pathcanary-Zk39x',
  query: 'querycanary-Lm72v',
};
const SIGNING = Buffer.from('signcanary-0123456789-abcdefgh');
const SIGNING_SECRET = `whsec_${SIGNING.toString('base64')}`;
const BASIC = `Basic ${Buffer.from(`user:${SECRETS.password}`).toString('base64')}`;

const base64 = (text: string) => Buffer.from(text).toString('base64');
/** What must be found nowhere: the words, in any case, and each secret in Base64 and hex. */
const NEEDLES: readonly string[] = [
  ...['hdrcanary', 'pwdcanary', 'pathcanary', 'querycanary', 'signcanary'],
  ...[...Object.values(SECRETS), `user:${SECRETS.password}`].flatMap((text) => [
    base64(text).replace(/=+$/, '').toLowerCase(),
    Buffer.from(text).toString('base64url').toLowerCase(),
  ]),
  SIGNING.toString('base64').replace(/=+$/, '').toLowerCase(),
  ...['hdrcanary', 'pwdcanary', 'pathcanary', 'querycanary'].map((text) => Buffer.from(text).toString('hex')),
];

function expectNone(text: string, where: string): void {
  const lower = text.toLowerCase();
  const found = NEEDLES.filter((needle) => lower.includes(needle)).map((needle) => ({
    where,
    needle,
    around: text.slice(Math.max(0, lower.indexOf(needle) - 80), lower.indexOf(needle) + 80),
  }));
  expect(found).toEqual([]);
}

const html = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A text as receivers write it in their answers. */
const FORMS: readonly ((text: string) => string)[] = [
  (text) => text,
  encodeURIComponent,
  html,
  (text) => JSON.stringify(text),
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  base64,
];

/** Says back everything secret that it was sent, in every form; a path that ends in `/fail` refuses besides. */
function echo({ path: target, headers }: Recorded) {
  const url = new URL(target, 'http://receiver');
  const told = [
    ...[headers['x-canary'], headers.authorization].flat(),
    Buffer.from(`${headers.authorization ?? ''}`.replace('Basic ', ''), 'base64').toString(),
    target,
    url.pathname,
    url.search,
    url.pathname.split('/')[2],
    url.searchParams.get('token'),
  ].filter((text) => typeof text === 'string');
  const body = told.flatMap((text) => FORMS.map((form) => form(text))).join('\n');
  return url.pathname.endsWith('/fail')
    ? { status: 500, body, headers: { 'content-type': `text/plain; x=${SECRETS.query}` } }
    : { status: 200, body: `${body}\n${SIGNING_SECRET}` };
}

let storage: TestStorage;
let tocsin: Tocsin;
let receiver: Receiver;
let browser: Browser;
const ids = { good: '', bad: '', delivery: '' };

beforeAll(async () => {
  storage = await createStorage('redis');
  receiver = await createReceiver({ script: echo });
  [tocsin, browser] = await Promise.all([startTocsin({ ...storage.env, LOG_LEVEL: 'trace' }), openBrowser()]);
  for (const [name, end] of [
    ['good', ''],
    ['bad', '/fail'],
  ] as const) {
    const { body, status } = await tocsin.api('POST', '/v1/destinations', {
      displayName: `Canary ${name}`,
      url: `${receiver.url}/hooks/${SECRETS.path}${end}?token=${SECRETS.query}`,
      headers: [
        { name: 'X-Canary', value: SECRETS.header },
        { name: 'Authorization', value: BASIC },
      ],
      signingSecret: SIGNING_SECRET,
      alertTypes: ['RULE'],
    });
    expect(status).toBe(201);
    ids[name] = body.id;
    await tocsin.api('POST', `/v1/destinations/${body.id}/test`);
  }
  const draft = {
    url: `${receiver.url}/hooks/${SECRETS.path}/fail?token=${SECRETS.query}`,
    headers: [{ name: 'X-Canary', value: SECRETS.header }],
  };
  await tocsin.api('POST', '/v1/destinations/test', draft);
  await tocsin.api('PATCH', `/v1/destinations/${ids.good}`, { timeoutMs: 5_000 });
  const alert = { id: 'R', createdAt: '2026-07-01T07:57:12Z', severity: 'HIGH', type: 'RULE', title: 'T' };
  await tocsin.api('POST', '/v1/alerts', { ...alert, alertId: 'canary-1' });
  await waitFor(async () => (await openDeliveries(tocsin)) === 0 && receiver.requests.length > 10, {
    timeoutMs: 60_000,
  });
  ids.delivery = (await tocsin.api('GET', '/v1/deliveries?status=failed')).body.items[0].id;
});

afterAll(async () => {
  await browser?.close();
  await tocsin?.process.stop();
  await receiver?.close();
  await storage?.remove();
});

async function ask(key: string, target: string, method = 'GET', body?: object): Promise<string> {
  const response = await fetch(`${tocsin.url}${target}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.text();
}

/** An answer without the URLs of destinations, which those who may change them see whole. */
function withoutUrls(text: string): string {
  return JSON.stringify(JSON.parse(text), (name, value) => (name === 'url' ? undefined : value));
}

const READS = ENDPOINTS.filter(({ method }) => method === 'get').map(({ path: where }) => where);

function targetOf(where: string): string {
  const id = where.startsWith('/v1/deliveries') ? ids.delivery : ids.bad;
  return where.replace('{alertId}', 'canary-1').replace('{id}', id);
}

describe('a secret of a destination, which its receiver says back in every form', () => {
  test('reached the receiver: the search below is for what was there', () => {
    const { path: target, headers } = receiver.requests[0] as Recorded;
    expect(target).toContain(SECRETS.path);
    expect(target).toContain(SECRETS.query);
    expect(headers).toMatchObject({ 'x-canary': SECRETS.header, authorization: BASIC });
  });

  test.each(SCOPES.filter((scope) => scope !== 'admin'))(
    'is in no answer to a key with %s',
    async (scope) => {
      const { body } = await tocsin.api('POST', '/v1/api-keys', { name: scope, scopes: [scope] });
      const targets = [...READS.map(targetOf), `/v1/destinations/${ids.good}`];
      for (const target of targets) expectNone(await ask(body.key, target), `${scope} ${target}`);
      for (const change of [
        {},
        { displayName: 'Canary good' },
        { url: '//' },
        { headers: [{ name: 'X-New' }] },
      ])
        expectNone(await ask(body.key, `/v1/destinations/${ids.good}`, 'PATCH', change), `${scope} PATCH`);
      for (const board of ['', '/alerts', '/deliveries-0'])
        expectNone(
          await ask(
            body.key,
            `/queues/api/queues${board}?activeQueue=deliveries-0&status=latest&jobsPerPage=50`,
          ),
          `${scope} board`,
        );
    },
  );

  test('is in no answer to an admin but for the URL of a destination', async () => {
    for (const where of READS) {
      const text = await ask(ADMIN_KEY, targetOf(where));
      const isJson = text.startsWith('{');
      expectNone(isJson ? withoutUrls(text) : text, `admin ${where}`);
    }
    expect(await ask(ADMIN_KEY, `/v1/destinations/${ids.good}`)).toContain(SECRETS.path);
    const tested = await ask(ADMIN_KEY, `/v1/destinations/${ids.good}/test`, 'POST');
    expect(tested).toContain('********');
    expectNone(tested, 'test');
  });

  test('is in no log and in no file of the data folder', () => {
    expectNone(tocsin.process.stderr() + tocsin.process.stdout(), 'log');
    const folder = storage.env.TOCSIN_DATA_DIR ?? '';
    for (const name of readdirSync(folder, { recursive: true }) as string[]) {
      const file = path.join(folder, name);
      if (statSync(file).isFile()) expectNone(readFileSync(file, 'latin1'), name);
    }
  });

  test('is in no key of Redis', async () => {
    const redis = new Redis(storage.env.REDIS_URL ?? '');
    const keys = await redis.keys('*');
    expect(keys.length).toBeGreaterThan(0);
    const readers: Record<string, (key: string) => Promise<unknown>> = {
      string: (key) => redis.get(key),
      hash: (key) => redis.hgetall(key),
      list: (key) => redis.lrange(key, 0, -1),
      set: (key) => redis.smembers(key),
      zset: (key) => redis.zrange(key, '0', '-1'),
      stream: (key) => redis.xrange(key, '-', '+'),
    };
    for (const key of keys) {
      const read = readers[await redis.type(key)];
      expectNone(JSON.stringify([key, await read?.(key)]), key);
    }
    redis.disconnect();
  });

  test('is in no row of the database', async () => {
    const client = new pg.Client({ connectionString: storage.env.DATABASE_URL });
    await client.connect();
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema()`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables) {
      const { rows } = await client.query(`SELECT t::text FROM ${name} t`);
      expectNone(JSON.stringify(rows), name);
    }
    await client.end();
  });

  test('is on no page of the console for those who may not change destinations', async () => {
    const scopes = ['alerts:read', 'destinations:read'];
    const { body } = await tocsin.api('POST', '/v1/api-keys', { name: 'reader', scopes });
    const { page, close } = await openTab(browser, tocsin.url);
    await page.goto('/login');
    await page.getByLabel('API key').fill(body.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    for (const where of [
      '/',
      '/destinations',
      `/destinations/${ids.bad}`,
      '/alerts/canary-1',
      '/deliveries',
    ]) {
      await page.goto(where);
      await waitFor(async () => where === '/' || (await page.content()).includes('Canary bad'));
      expectNone(await page.content(), where);
    }
    await close();
  });
});
