import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { parseCidrList } from './cidr-list.ts';
import { createGuardedAgents, peerFault, trustBesidesDefaults } from './guarded-agents.ts';
import { createEgressPolicy } from './policy.ts';

const policy = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8'), ownAddresses: () => [] });

describe('peerFault', () => {
  test('passes a public peer and one in an allowed range', () => {
    expect(peerFault(policy, 'example.com', 443, '1.1.1.1')).toBeNull();
    expect(peerFault(policy, 'receiver', 443, '127.0.0.1')).toBeNull();
    expect(peerFault(policy, 'receiver', 443, '::ffff:127.0.0.1')).toBeNull();
  });

  test('refuses a forbidden peer, and a forbidden name at a public peer', () => {
    expect(peerFault(policy, 'example.com', 443, '10.0.0.1')).toMatchObject({ code: 'egress_blocked' });
    expect(peerFault(policy, 'receiver', 443, '1.1.1.1')).toMatchObject({ code: 'egress_blocked' });
  });

  test('takes a peer that has gone for a reset connection, not for a forbidden address', () => {
    expect(peerFault(policy, 'example.com', 443, undefined)).toMatchObject({ code: 'ECONNRESET' });
  });
});

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

const certificate = readFileSync(
  new URL('../test/fixtures/receiver-certificate.pem', import.meta.url),
  'utf8',
);

describe('trustBesidesDefaults', () => {
  test('takes one certificate or several, with text around them', () => {
    expect(() => trustBesidesDefaults(certificate)).not.toThrow();
    expect(() => trustBesidesDefaults(`our root\n${certificate}\nand again\r\n${certificate}`)).not.toThrow();
  });

  test.each(['', 'nonsense', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'])(
    'refuses %j, which holds no certificate',
    (pem) => {
      expect(() => trustBesidesDefaults(pem)).toThrow('holds no PEM certificate');
    },
  );

  test('says which certificate can not be read', () => {
    const broken = certificate.replace(/\n[^-\n]{60}/, '\nAAAA');
    expect(() => trustBesidesDefaults(`${certificate}${broken}`)).toThrow(
      "certificate 2 in the CA file can't be read",
    );
  });
});
