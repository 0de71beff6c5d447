import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { createAnswerPolicy } from '../src/listen/answer-policy.ts';
import { createListenReceiver, type ListenReceiver, type ReceivedDelivery } from '../src/listen/receiver.ts';
import { type CommandResult, type RunOptions, runCommand } from './run-command.ts';
import { sampleAlert } from './sample-views.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const receivers: ListenReceiver[] = [];

afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});

async function receive(options: Partial<Parameters<typeof createListenReceiver>[0]> = {}) {
  const deliveries: ReceivedDelivery[] = [];
  const receiver = await createListenReceiver({
    port: 0,
    host: '127.0.0.1',
    answer: createAnswerPolicy(),
    onDelivery: (delivery) => deliveries.push(delivery),
    ...options,
  });
  receivers.push(receiver);
  return { receiver, deliveries };
}

function post(url: string, webhookId: string, secret = SECRET): Promise<Response> {
  const body = JSON.stringify(sampleAlert());
  const at = new Date();
  const headers = {
    'content-type': 'application/json',
    'webhook-id': webhookId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(webhookId, at, body),
  };
  return fetch(url, { method: 'POST', body, headers });
}

describe('the receiver', () => {
  test('verifies signatures and tells of each delivery', async () => {
    const { receiver, deliveries } = await receive({ signingSecrets: [SECRET] });
    expect((await post(`${receiver.url}/hook`, 'd-1')).status).toBe(200);
    await post(receiver.url, 'd-2', `whsec_${Buffer.alloc(32, 8).toString('base64')}`);
    expect(deliveries).toMatchObject([
      { path: '/hook', webhookId: 'd-1', arrival: 1, signature: { kind: 'valid' }, answer: { status: 200 } },
      { path: '/', webhookId: 'd-2', signature: { kind: 'invalid' } },
    ]);
    expect(JSON.parse(String(deliveries[0]?.body))).toEqual(sampleAlert());
  });

  test('answers by a policy that may look at the path: one destination fails at first, the others do not', async () => {
    const failing = createAnswerPolicy({ failFirst: 2 });
    const good = createAnswerPolicy();
    const { receiver } = await receive({
      answer: (incoming) => (incoming.path === '/flaky' ? failing : good)(incoming),
    });
    const statuses = [];
    for (const path of ['/flaky', '/flaky', '/flaky', '/steady']) {
      statuses.push((await post(`${receiver.url}${path}`, path)).status);
    }
    expect(statuses).toEqual([500, 500, 200, 200]);
  });

  test('takes nothing but POST, and nothing without end', async () => {
    const { receiver, deliveries } = await receive();
    expect((await fetch(receiver.url)).status).toBe(200);
    expect((await fetch(receiver.url, { method: 'PUT', body: 'x' })).status).toBe(405);
    const large = await fetch(receiver.url, { method: 'POST', body: 'x'.repeat(5_000_000) }).catch(
      () => null,
    );
    expect(large === null || large.status === 413).toBe(true);
    expect(deliveries).toEqual([]);
  });

  test('closes at once, also while an answer is held back', async () => {
    const { receiver, deliveries } = await receive({ answer: createAnswerPolicy({ delayMs: 60_000 }) });
    const pending = post(receiver.url, 'd-1').catch((error: Error) => error.message);
    while (deliveries.length === 0) await new Promise(setImmediate);
    await receiver.close();
    receivers.length = 0;
    await expect(pending).resolves.toBe('fetch failed');
  });

  test('closes at once, also while a request is still coming in', async () => {
    const { receiver } = await receive();
    const socket = connect(receiver.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n');
    // The server's "100 Continue" says that the request has begun.
    await once(socket, 'data');
    await receiver.close();
    receivers.length = 0;
    await closed;
  });

  test('says where it cannot listen', async () => {
    const { receiver } = await receive();
    await expect(receive({ port: receiver.port })).rejects.toThrow(
      /the port is taken; choose another with --port/,
    );
  });
});

describe('tocsin listen', () => {
  /** Runs the command, and `during` with its address once it listens. */
  async function listen(words: string[], during: (url: string) => Promise<void>, options: RunOptions = {}) {
    let running: Promise<CommandResult> | undefined;
    const url = await new Promise<string>((resolve) => {
      let text = '';
      const onStderr = (piece: string) => {
        text += piece;
        const found = /Listening on (\S+);/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      };
      running = runCommand(['listen', '--port', '0', ...words], { ...options, onStderr });
    });
    await during(url);
    return running as Promise<CommandResult>;
  }

  test('prints a line per delivery, fails the first requests of each id, and ends after --count', async () => {
    const result = await listen(['--count', '3', '--fail', '1', '--secret', SECRET], async (url) => {
      expect((await post(url, 'd-1')).status).toBe(500);
      expect((await post(url, 'd-2')).status).toBe(500);
      expect((await post(url, 'd-1')).status).toBe(200);
    });
    expect(result.code).toBe(0);
    const lines = result.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d {2}500 {2}\/ {2}HIGH +Okta admin role assigned {2}signature ok$/,
    );
    expect(lines[2]).toMatch(/200 .*attempt 2 {2}signature ok$/);
  });

  test('prints NDJSON with --json, and nothing else on standard output', async () => {
    const result = await listen(['--count', '1', '--json', '--headers', '--status', '204'], async (url) => {
      expect((await post(url, 'd-1')).status).toBe(204);
    });
    expect(JSON.parse(result.stdout)).toMatchObject({
      webhookId: 'd-1',
      arrival: 1,
      signature: 'unchecked',
      status: 204,
      headers: { 'content-type': 'application/json' },
      body: sampleAlert(),
    });
  });

  test('prints bodies with --pretty, and ends with Ctrl-C as a success', async () => {
    const stop = new AbortController();
    const during = async (url: string) => {
      await post(url, 'd-1');
      stop.abort();
    };
    const result = await listen(['--pretty', '--delay', '1'], during, { stop: stop.signal });
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('\n    "severity": "HIGH",\n');
    expect(result.stderr).toMatch(/^Listening on .*\nReceived 1 request\.\n$/);
  });

  test('is interrupted where Ctrl-C comes before all that --count asks for', async () => {
    const stop = new AbortController();
    const during = async (url: string) => {
      for (const id of ['d-1', 'd-2']) await post(url, id);
      stop.abort();
    };
    const result = await listen(['--count', '3'], during, { stop: stop.signal });
    expect(result.code).toBe(130);
    expect(result.stderr).toMatch(/\nReceived 2 requests\.\n$/);
  });

  test('refuses a secret that is none', async () => {
    const result = await runCommand(['listen', '--port', '0', '--secret', 'whsec_AA==']);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('24 to 64 bytes');
  });
});
