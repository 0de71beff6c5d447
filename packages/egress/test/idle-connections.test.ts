import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { parseCidrList } from '../src/cidr-list.ts';
import { createGuardedAgents } from '../src/guarded-agents.ts';
import { createEgressPolicy } from '../src/policy.ts';

const policy = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8'), ownAddresses: () => [] });

test('idle connections to all receivers together are limited; the one unused for longest is closed', async () => {
  const answer = () => http.createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  const servers = Array.from({ length: 4 }, answer);
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const agents = createGuardedAgents({ policy, idleSocketsMax: 2 });
  const portOf = (n: number) => ((servers[n] as http.Server).address() as AddressInfo).port;
  const ask = async (n: number) => {
    const request = http.get({ host: '127.0.0.1', port: portOf(n), agent: agents.http });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    await once(response, 'close');
    return request.reusedSocket;
  };
  try {
    const reused = [];
    for (const n of [0, 1, 0, 2, 0, 1, 3, 1, 0]) reused.push(await ask(n));
    expect(reused).toEqual([false, false, true, false, true, false, false, true, false]);
    const idle = Object.values(agents.http.freeSockets).flatMap((sockets) => sockets ?? []);
    expect(idle.filter(({ destroyed }) => !destroyed).length).toBe(2);
  } finally {
    agents.close();
    for (const server of servers) server.close();
  }
});
