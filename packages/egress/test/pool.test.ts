import { afterEach, describe, expect, test } from '@jest/globals';
import { createEgressPolicy, type EgressPolicy, parseCidrList } from '../src/index.ts';
import { attempt } from './attempt.ts';
import { createOpened } from './opened.ts';
import { startRawServer } from './recording-server.ts';

const loopbackAllowed = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8,::1') });
const BLOCKED = { code: 'EGRESS_BLOCKED', name: 'EgressBlockedError' };

const { start, agentsFor, closeAll } = createOpened();
afterEach(closeAll);

describe('the pool', () => {
  test('requests that wait for the one socket are not left waiting when a refusal takes its place', async () => {
    const server = await start(startRawServer);
    let isAllowed = true;
    const policy: EgressPolicy = {
      ...loopbackAllowed,
      judgeHost: () => (isAllowed ? { allowed: true } : { allowed: false, reason: 'not any more' }),
    };
    const agents = agentsFor({ policy, maxSocketsPerHost: 1 });
    const url = `http://127.0.0.1:${server.port}/`;
    const timeLimit = AbortSignal.timeout(60_000);

    const held = new AbortController();
    const first = attempt(url, agents, { signal: held.signal });
    const waiting = [
      attempt(url, agents, { signal: timeLimit }),
      attempt(url, agents, { signal: timeLimit }),
    ];
    await server.connected;
    isAllowed = false;
    held.abort();

    expect((await first).error).toMatchObject({ name: 'AbortError' });
    for (const result of await Promise.all(waiting)) expect(result.error).toMatchObject(BLOCKED);
  });

  test('a kept connection is closed after its idle time', async () => {
    const server = await start(() => startRawServer('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    const agents = agentsFor({ policy: loopbackAllowed, idleTimeoutMs: 50 });
    expect(await attempt(`http://127.0.0.1:${server.port}/`, agents)).toMatchObject({ status: 200 });
    // Ends once the connection has ended, which nobody else does.
    await server.close();
  });

  test.each(['http', 'https'])('close ends %s connections that are in use', async (scheme) => {
    const server = await start(startRawServer);
    const agents = agentsFor({ policy: loopbackAllowed });
    const underWay = attempt(`${scheme}://127.0.0.1:${server.port}/`, agents);
    await server.connected;
    agents.close();
    expect((await underWay).error).toMatchObject({ code: 'ECONNRESET' });
  });

  test('close ends connections that are kept', async () => {
    const server = await start(() => startRawServer('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    const agents = agentsFor({ policy: loopbackAllowed });
    expect(await attempt(`http://127.0.0.1:${server.port}/`, agents)).toMatchObject({ status: 200 });
    agents.close();
    await server.close();
  });
});
