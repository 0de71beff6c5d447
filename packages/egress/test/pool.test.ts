import { afterEach, describe, expect, test } from '@jest/globals';
import { createEgressPolicy, parseCidrList } from '../src/index.ts';
import { attempt } from './attempt.ts';
import { createOpened } from './opened.ts';
import { startRawServer } from './recording-server.ts';

const loopbackAllowed = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8,::1') });

const { start, agentsFor, closeAll } = createOpened();
afterEach(closeAll);

describe('the pool', () => {
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
