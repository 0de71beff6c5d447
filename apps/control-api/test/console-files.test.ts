import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Control, startControl } from './control.ts';

const PAGE = '<!doctype html><title>console</title><script src="/assets/index-abc123.js"></script>';
const SCRIPT = `console.log('${'a'.repeat(2_000)}')`;

let folder: string;
let control: Control;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-console-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, '.env'), 'SECRET=x');
  for (const name of ['index-abc123.js', 'late-def456.js']) {
    await writeFile(join(folder, 'assets', name), SCRIPT);
    await writeFile(join(folder, 'assets', `${name}.br`), brotliCompressSync(SCRIPT));
    await writeFile(join(folder, 'assets', `${name}.gz`), gzipSync(SCRIPT));
  }
  control = await startControl({ consoleDir: folder });
});
afterAll(async () => {
  await control.close();
  await rm(folder, { recursive: true });
});

interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Without what `fetch` does on its own: it decodes bodies, and cleans up paths. */
function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  url = control.url,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const asked = request({ hostname, port, path, method, headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks),
      });
    });
    asked.on('error', reject).end();
  });
}

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the console’s page', () => {
  test.each(['/', '/alerts', '/alerts/a.b:c', '/destinations/new', '/login?next=/queues', '/settings/'])(
    'is served at %s, and asked for again each time',
    async (path) => {
      const { status, headers, body } = await get(path, html);
      expect([status, body.toString()]).toEqual([200, PAGE]);
      expect(headers['content-type']).toMatch(/^text\/html; charset=utf-8$/i);
      expect(headers['cache-control']).toBe('no-cache');
    },
  );

  test('is served at / to a caller that does not say what to accept', async () => {
    expect((await get('/')).body.toString()).toBe(PAGE);
  });

  test('is told from what it was before by its tag', async () => {
    const { headers } = await get('/alerts', html);
    const again = await get('/alerts', { ...html, 'if-none-match': String(headers.etag) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  test('may do nothing beyond its own origin, and be in no frame', async () => {
    const { headers } = await get('/', html);
    const policy = String(headers['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ])
      expect(policy.split(';')).toContain(part);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=31536000',
    });
    expect(headers['x-powered-by']).toBeUndefined();
  });

  test('HEAD is GET without the body', async () => {
    const { status, headers, body } = await get('/alerts', html, 'HEAD');
    expect([status, body.length, headers['content-length']]).toEqual([200, 0, String(PAGE.length)]);
  });
});

describe('what is no page of the console', () => {
  test.each([
    '/v1',
    '/v1/nothing',
    '/V1/nothing',
    '/internal/v1/x',
    '/docs/nothing',
    '/openapi.json/x',
    '/assets/missing.js',
    '/assets/',
    '/metrics/x',
  ])('GET %s stays a problem document, whatever is accepted', async (path) => {
    const { status, headers, body } = await get(path, html);
    expect([status, headers['content-type']]).toEqual([404, 'application/problem+json']);
    expect(JSON.parse(body.toString()).code).toBe('not_found');
  });

  test.each(['/alerts', '/nothing.js', '/alerts/x'])(
    'GET %s without a wish for HTML is 404',
    async (path) => {
      expect((await get(path)).status).toBe(404);
      for (const accept of ['*/*', 'application/json'])
        expect((await get(path, { accept })).status).toBe(404);
    },
  );

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not a page’s', async (method) => {
    expect((await get('/alerts', html, method)).status).toBe(404);
  });

  test.each([
    '/.env',
    '/../package.json',
    '/assets/..%2f.env',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/../.env',
  ])('GET %s shows nothing from elsewhere', async (path) => {
    for (const headers of [{}, html]) {
      const { status, body } = await get(path, headers);
      if (status === 200) expect(body.toString()).toBe(PAGE);
      else expect(status).toBe(404);
    }
  });

  test('an escape that cannot be decoded is 400', async () => {
    const { status, body } = await get('/alerts/%zz', html);
    expect([status, JSON.parse(body.toString()).code]).toEqual([400, 'invalid_request']);
  });
});

describe('a hashed file', () => {
  const IMMUTABLE = 'public, max-age=31536000, immutable';

  test('is kept for ever', async () => {
    const { status, headers, body } = await get('/assets/index-abc123.js');
    expect([status, body.toString(), headers['cache-control']]).toEqual([200, SCRIPT, IMMUTABLE]);
    expect(headers['content-type']).toMatch(/javascript/);
    expect(headers['content-encoding']).toBeUndefined();
  });

  test.each([
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
  ])('comes compressed to who accepts %s', async (accepted, encoding, decode) => {
    const { headers, body } = await get('/assets/index-abc123.js', { 'accept-encoding': accepted });
    expect(headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept-Encoding' });
    expect(headers['content-type']).toMatch(/javascript/);
    expect(headers['cache-control']).toBe(IMMUTABLE);
    expect(decode(body).toString()).toBe(SCRIPT);
  });

  test('that vanished while the process ran is 404, and the process goes on', async () => {
    for (const suffix of ['', '.br', '.gz']) await unlink(join(folder, 'assets', `late-def456.js${suffix}`));
    const { status, headers } = await get('/assets/late-def456.js', { 'accept-encoding': 'br' });
    expect([status, headers['content-encoding']]).toEqual([404, undefined]);
    expect((await get('/', html)).status).toBe(200);
  });

  test('a file beside the page is asked for again each time', async () => {
    const { headers, body } = await get('/favicon.svg');
    expect([body.toString(), headers['cache-control']]).toEqual(['<svg/>', 'no-cache']);
  });
});

test('over plain HTTP, browsers need not insist on TLS', async () => {
  const plain = await startControl({ consoleDir: folder, publicUrl: 'http://localhost:8080' });
  const { headers } = await get('/', html, 'GET', plain.url);
  expect(headers['content-security-policy']).toBeDefined();
  expect(headers['strict-transport-security']).toBeUndefined();
  await plain.close();
});

test('where the console was not built, a page says so, the log too, and the API goes on', async () => {
  const bare = await startControl({ consoleDir: join(folder, 'nowhere') });
  expect(bare.lines.join()).toContain('"event":"console.not_built"');
  for (const path of ['/', '/alerts/x']) {
    const { status, headers, body } = await get(path, html, 'GET', bare.url);
    expect([status, headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
    expect(body.toString()).toContain('The console was not built');
  }
  expect((await get('/v1/nothing', html, 'GET', bare.url)).status).toBe(404);
  expect((await bare.call('GET', '/v1/destinations')).status).toBe(200);
  await bare.close();
});
