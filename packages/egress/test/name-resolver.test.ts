import { ADDRCONFIG } from 'node:dns';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parseHosts } from '../src/hosts-file.ts';
import { createEgressPolicy, parseCidrList } from '../src/index.ts';
import { createNameResolver, type NameResolverOptions } from '../src/name-resolver.ts';
import { NO_SEARCH } from '../src/search-list.ts';
import { createSharedLookup } from '../src/shared-lookup.ts';
import { attempt } from './attempt.ts';
import { type DnsAnswer, type DnsServer, startDnsServer } from './dns-server.ts';
import { createOpened } from './opened.ts';
import { startHttpServer } from './recording-server.ts';

const { start, agentsFor, closeAll } = createOpened();
let server: DnsServer | undefined;
afterEach(async () => {
  await closeAll();
  await server?.close();
  server = undefined;
});

const NAMES: Record<string, DnsAnswer> = {
  'both.example': ['2001:db8::7', '192.0.2.7'],
  'four.example': ['192.0.2.4'],
  'broken.example': 'failure',
  'hosted.example': ['192.0.2.99'],
  'receiver.dev.ns.svc': ['192.0.2.5'],
  'receiver.dev': ['192.0.2.6'],
};

/** What waits for the end of it waits longer than any test. */
const ENDLESS = { timeout: 3_600_000, tries: 1 };

type Script = (name: string, type: string) => DnsAnswer;

async function resolverFor(options: NameResolverOptions = {}, script: Script = fromNames) {
  server = await startDnsServer(script);
  const askedOfSystem: string[] = [];
  const resolve = createNameResolver({
    servers: [server.address],
    hosts: () => parseHosts('192.0.2.1 hosted.example\n'),
    searchList: () => NO_SEARCH,
    ownAddresses: () => ['127.0.0.1', '::1', '192.0.2.200', '2001:db8::200'],
    system: async (hostname) => {
      askedOfSystem.push(hostname);
      return [{ address: '192.0.2.8', family: 4 }];
    },
    ...options,
  });
  return { resolve, askedOfSystem, asked: server.asked };
}

function fromNames(name: string): DnsAnswer {
  return NAMES[name] ?? 'unknown';
}

describe('a name', () => {
  test('has the addresses of both families', async () => {
    const { resolve, askedOfSystem } = await resolverFor();
    expect(await resolve('both.example', ADDRCONFIG)).toEqual([
      { address: '192.0.2.7', family: 4 },
      { address: '2001:db8::7', family: 6 },
    ]);
    expect(await resolve('four.example', 0)).toEqual([{ address: '192.0.2.4', family: 4 }]);
    expect(askedOfSystem).toEqual([]);
  });

  test('is asked for only in the families that this machine has, where the caller wants that', async () => {
    const { resolve, asked } = await resolverFor({ ownAddresses: () => ['127.0.0.1', '::1', '192.0.2.200'] });
    expect(await resolve('both.example', ADDRCONFIG)).toEqual([{ address: '192.0.2.7', family: 4 }]);
    expect(asked).toEqual(['both.example A']);
  });

  test('in the hosts file is what that says, and nobody is asked', async () => {
    const { resolve, asked } = await resolverFor();
    for (const name of ['hosted.example', 'Hosted.Example.']) {
      expect(await resolve(name, 0)).toEqual([{ address: '192.0.2.1', family: 4 }]);
    }
    expect(asked).toEqual([]);
  });

  test('is completed by the search list, in its order', async () => {
    const { resolve } = await resolverFor({ searchList: () => ({ domains: ['ns.svc', 'svc'], dotsMin: 2 }) });
    expect(await resolve('receiver.dev', 0)).toEqual([{ address: '192.0.2.5', family: 4 }]);
    expect(await resolve('receiver.dev.', 0)).toEqual([{ address: '192.0.2.6', family: 4 }]);
  });

  test('that DNS does not know is left to the system', async () => {
    const { resolve, askedOfSystem } = await resolverFor();
    expect(await resolve('elsewhere.example', 0)).toEqual([{ address: '192.0.2.8', family: 4 }]);
    expect(askedOfSystem).toEqual(['elsewhere.example']);
  });

  test('that DNS fails to answer is not, since the system would wait for it too', async () => {
    const { resolve, askedOfSystem } = await resolverFor();
    await expect(resolve('broken.example', 0)).rejects.toMatchObject({
      code: 'EAI_AGAIN',
      hostname: 'broken.example',
      syscall: 'getaddrinfo',
    });
    expect(askedOfSystem).toEqual([]);
  });

  test('is left to the system where there is no DNS server', async () => {
    const { resolve, askedOfSystem } = await resolverFor({ servers: ['127.0.0.1:1'] });
    expect(await resolve('four.example', 0)).toEqual([{ address: '192.0.2.8', family: 4 }]);
    expect(askedOfSystem).toEqual(['four.example']);
  });

  test('of which one family is never answered has the other’s addresses', async () => {
    const { resolve, asked } = await resolverFor({ patience: ENDLESS }, (name, type) =>
      type === 'AAAA' ? 'silence' : fromNames(name),
    );
    expect(await resolve('four.example', 0)).toEqual([{ address: '192.0.2.4', family: 4 }]);
    expect(asked.toSorted()).toEqual(['four.example A', 'four.example AAAA']);
  });
});

test('names whose servers never answer do not hold up another', async () => {
  const script = (name: string): DnsAnswer => (name.startsWith('stuck') ? 'silence' : ['127.0.0.1']);
  const { resolve } = await resolverFor({ patience: ENDLESS }, script);
  const receiver = await start(startHttpServer);
  const agents = agentsFor({
    policy: createEgressPolicy({ allow: parseCidrList('127.0.0.0/8') }),
    lookup: createSharedLookup(resolve),
  });
  const giveUp = new AbortController();
  const stuck = Array.from({ length: 100 }, (_, n) =>
    attempt(`http://stuck-${n}.example:${receiver.port}/`, agents, { signal: giveUp.signal }),
  );
  const result = await attempt(`http://healthy.example:${receiver.port}/`, agents);
  expect(result).toMatchObject({ status: 200, error: null });
  giveUp.abort();
  for (const { error } of await Promise.all(stuck)) expect(error).toMatchObject({ name: 'AbortError' });
});
