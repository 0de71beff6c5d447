import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createReceiver, type Recorded } from '@tocsin/testkit';
import { Webhook } from 'standardwebhooks';
import { activeSecrets } from '../src/index.ts';
import { OLD_SECRET, openHarness, type ResendHarness, SECRET } from './harness.ts';

let harness: ResendHarness;
beforeEach(() => {
  harness = openHarness();
});
afterEach(() => harness.close());

/** Sends one request and gives back what the receiver got. */
async function receive(request: Parameters<ResendHarness['send']>[1], suffix = ''): Promise<Recorded> {
  const receiver = harness.use(await createReceiver());
  const result = await harness.send(`${receiver.url}${suffix}`, request);
  expect(result.error).toBeNull();
  return receiver.requests[0]!;
}

describe('the request on the wire', () => {
  test('has our headers in their order, each once, then the custom ones as they are spelled', async () => {
    const headers = [
      { name: 'X-Api-KEY', value: 'secret \t value' },
      { name: '__proto__', value: 'a' },
      { name: '7', value: '' },
      { name: 'Authorization', value: 'Bearer x' },
    ];
    const { rawHeaders } = await receive({ headers, signingSecrets: [SECRET], body: '{"a":1}' });
    const names = rawHeaders.filter((_, index) => index % 2 === 0);
    expect(names).toEqual([
      'Host',
      'Content-Type',
      'Accept',
      'User-Agent',
      'Accept-Encoding',
      'Content-Length',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'X-Api-KEY',
      '__proto__',
      '7',
      'Authorization',
      'Connection',
    ]);
    expect(rawHeaders.slice(2, 14)).toEqual([
      'Content-Type',
      'application/json',
      'Accept',
      'application/json',
      'User-Agent',
      'Tocsin/0.0.0',
      'Accept-Encoding',
      'identity',
      'Content-Length',
      '7',
      'webhook-id',
      'delivery-1',
    ]);
    expect(rawHeaders.slice(18)).toEqual([
      'X-Api-KEY',
      'secret \t value',
      '__proto__',
      'a',
      '7',
      '',
      'Authorization',
      'Bearer x',
      'Connection',
      'keep-alive',
    ]);
  });

  test('is a POST to path and query, with the host and port of the URL', async () => {
    const { method, path, headers } = await receive({}, '/%C3%A9?a=1&b=%20#fragment');
    expect([method, path]).toEqual(['POST', '/%C3%A9?a=1&b=%20']);
    expect(headers.host).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test.each([
    ['text', '{"title":"é ☃ \\u0000 \u0000 😀"}'],
    ['bytes', Buffer.from([0x7b, 0x00, 0xff, 0xfe, 0x7d])],
    ['text with a byte order mark', '\ufeff{}'],
    ['nothing', ''],
    ['more than a socket takes at once', 'ä'.repeat(1_000_000)],
  ])('has a body of %s byte for byte', async (_, body) => {
    const { body: got, headers } = await receive({ body });
    expect(got.equals(Buffer.from(body as string))).toBe(true);
    expect(headers['content-length']).toBe(String(got.length));
    expect(headers['transfer-encoding']).toBeUndefined();
  });

  test('has a custom user agent and content type in place of ours', async () => {
    const headers = [
      { name: 'user-agent', value: 'mine' },
      { name: 'Content-Type', value: 'application/cloudevents+json' },
    ];
    const { rawHeaders } = await receive({ headers });
    const values = rawHeaders.filter((_, index) =>
      /^(user-agent|content-type)$/i.test(rawHeaders[index - 1] ?? ''),
    );
    expect(values).toEqual(['mine', 'application/cloudevents+json']);
  });

  test('has neither cookies nor credentials that nobody gave', async () => {
    const receiver = harness.use(await createReceiver({ script: { headers: { 'set-cookie': 'a=b' } } }));
    for (let n = 0; n < 2; n++) await harness.send(receiver.url);
    expect(receiver.requests[1]?.headers).not.toHaveProperty('cookie');
    expect(receiver.requests[1]?.headers).not.toHaveProperty('authorization');
  });

  test('is not made where a stored header breaks the rules, and says which', async () => {
    const receiver = harness.use(await createReceiver());
    const headers = [{ name: 'Content-Length', value: 'canary' }];
    const { error, statusCode } = await harness.send(receiver.url, { headers });
    expect(error).toEqual({ code: 'internal', message: expect.stringContaining('headers[0].name') });
    expect(statusCode).toBeNull();
    expect(JSON.stringify([error, harness.faults])).not.toContain('canary');
    expect(harness.faults).toHaveLength(1);
    expect(receiver.connectionCount()).toBe(0);
  });

  test.each(['nonsense', 'ftp://127.0.0.1/', 'unix:/var/run/docker.sock'])(
    'is not made to %s, and the log says why',
    async (url) => {
      expect((await harness.send(url)).error?.code).toBe('internal');
      expect(harness.faults).toHaveLength(1);
    },
  );
});

describe('the signature', () => {
  const body = '{"title":"é ☃"}';
  const headersOf = ({ headers }: Recorded) => headers as Record<string, string>;

  test('is verified by standardwebhooks', async () => {
    const received = await receive({ body, signingSecrets: [SECRET] });
    expect(new Webhook(SECRET).verify(body, headersOf(received))).toEqual(JSON.parse(body));
    expect(() => new Webhook(OLD_SECRET).verify(body, headersOf(received))).toThrow();
    expect(() => new Webhook(SECRET).verify(`${body} `, headersOf(received))).toThrow();
  });

  test('is verified with both secrets while one is being rotated, and with the new one alone afterwards', async () => {
    const until = new Date('2030-01-01T00:00:00Z');
    const destination = {
      signingSecret: SECRET,
      previousSigningSecrets: [{ secret: OLD_SECRET, signsUntil: until }],
    };
    const during = await receive({ body, signingSecrets: activeSecrets(destination, until.getTime() - 1) });
    for (const secret of [SECRET, OLD_SECRET]) new Webhook(secret).verify(body, headersOf(during));

    const afterwards = await receive({ body, signingSecrets: activeSecrets(destination, until.getTime()) });
    new Webhook(SECRET).verify(body, headersOf(afterwards));
    expect(() => new Webhook(OLD_SECRET).verify(body, headersOf(afterwards))).toThrow();
  });

  test('is of the time of the attempt, which the injected clock tells', async () => {
    const receiver = harness.use(await createReceiver());
    const sender = harness.createSender({ now: () => 1_700_000_000_999 });
    const request = {
      url: receiver.url,
      headers: [],
      body,
      webhookId: 'id',
      signingSecrets: [],
      timeoutMs: 5_000,
    };
    const { startedAt } = await sender.send(request);
    expect(startedAt).toBe('2023-11-14T22:13:20.999Z');
    expect(receiver.requests[0]?.headers['webhook-timestamp']).toBe('1700000000');
  });
});
