import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createEgressPolicy, createGuardedAgents, parseCidrList } from '@tocsin/egress';
import { createReceiver } from '@tocsin/testkit';
import { openHarness, type ResendHarness } from './harness.ts';
import { onEachRequest, startTcpReceiver } from './receivers.ts';

let harness: ResendHarness;
beforeEach(() => {
  harness = openHarness();
});
afterEach(() => harness.close());

const request = { headers: [], body: '{}', webhookId: 'id', signingSecrets: [], timeoutMs: 5_000 };

function openGuarded(allow: string, answers: Record<string, string> = {}) {
  const agents = createGuardedAgents({
    policy: createEgressPolicy({ allow: parseCidrList(allow) }),
    lookup: (hostname, _, callback) => callback(null, [{ address: answers[hostname] ?? '', family: 4 }]),
  });
  return { agents, sender: harness.createSender({ agents }) };
}

describe('over guarded agents', () => {
  test('a forbidden literal or name is blocked_address, and no connection is opened', async () => {
    const receiver = harness.use(await createReceiver());
    const { agents, sender } = openGuarded('', { 'rebound.example.com': '127.0.0.1' });
    for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', 'localhost', 'rebound.example.com']) {
      const result = await sender.send({ ...request, url: `http://${host}:${receiver.port}/?canary` });
      expect(result).toMatchObject({ error: { code: 'blocked_address' }, statusCode: null, address: null });
      expect(result.error?.message).not.toContain('canary');
    }
    expect(receiver.connectionCount()).toBe(0);
    agents.close();
  });

  test('an allowed address is reached', async () => {
    const receiver = harness.use(await createReceiver());
    const { agents, sender } = openGuarded('127.0.0.0/8');
    expect((await sender.send({ ...request, url: receiver.url })).error).toBeNull();
    agents.close();
  });

  test('the repetition on a new connection is guarded too', async () => {
    const answers: Record<string, string> = { 'receiver.example.com': '127.0.0.1' };
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
          socket.removeAllListeners('data').once('data', () => socket.resetAndDestroy());
        }),
      ),
    );
    const { agents, sender } = openGuarded('127.0.0.0/8', answers);
    const url = `http://receiver.example.com:${receiver.port}/`;
    expect((await sender.send({ ...request, url })).error).toBeNull();
    answers['receiver.example.com'] = '169.254.169.254';
    // Too large to have left whole when the connection turns out closed, so that it is repeated.
    const body = Buffer.alloc(15_000_000, 'a');
    const result = await sender.send({ ...request, url, body, timeoutMs: 30_000 });
    expect(result).toMatchObject({ repeated: true, error: { code: 'blocked_address' } });
    expect(receiver.connectionCount()).toBe(1);
    agents.close();
  });
});
