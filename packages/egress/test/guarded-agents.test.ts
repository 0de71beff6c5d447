import { afterEach, describe, expect, test } from '@jest/globals';
import { createEgressPolicy, parseCidrList } from '../src/index.ts';
import { attempt, scriptedResolver } from './attempt.ts';
import { createOpened } from './opened.ts';
import { startHttpServer } from './recording-server.ts';

const policyAllowing = (ranges: string) => createEgressPolicy({ allow: parseCidrList(ranges) });
const loopbackAllowed = policyAllowing('127.0.0.0/8,::1');
const nothingAllowed = policyAllowing('');
const BLOCKED = { code: 'egress_blocked', name: 'EgressBlockedError' };

const { start, agentsFor, closeAll } = createOpened();
afterEach(closeAll);

describe('a literal host', () => {
  test('is reached when its range is allowed, over one connection that is kept', async () => {
    const server = await start(startHttpServer);
    const agents = agentsFor({ policy: loopbackAllowed });
    for (let request = 0; request < 3; request += 1) {
      expect(await attempt(`http://127.0.0.1:${server.port}/`, agents)).toMatchObject({
        status: 200,
        error: null,
      });
    }
    expect(server.connections()).toBe(1);
    expect(server.received).toHaveLength(3);
  });

  test.each(['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', '[::1]'])(
    '%s is refused otherwise',
    async (host) => {
      const server = await start(startHttpServer);
      const { resolve, asked } = scriptedResolver(['127.0.0.1']);
      for (const scheme of ['http', 'https']) {
        const result = await attempt(
          `${scheme}://${host}:${server.port}/`,
          agentsFor({ policy: nothingAllowed, lookup: resolve }),
        );
        expect(result.error).toMatchObject({ ...BLOCKED, message: expect.stringContaining('loopback') });
        expect(result.connects).toBe(0);
      }
      expect(asked).toEqual([]);
      expect(server.connections()).toBe(0);
    },
  );

  test('that only the resolver would read as an address is judged by what comes of it', async () => {
    const { resolve } = scriptedResolver(['127.0.0.1']);
    const agents = agentsFor({ policy: nothingAllowed, lookup: resolve });
    const result = await attempt('http://example.com/', agents, { host: '0x7f.0.0.1' });
    expect(result.error).toMatchObject(BLOCKED);
    expect(result.connects).toBe(0);
  });
});

describe('a name', () => {
  test.each(['hooks.example.com', 'receiver', 'localhost', 'receiver.internal.'])(
    '%s is reached through the resolver when all its addresses are allowed',
    async (name) => {
      const server = await start(startHttpServer);
      const { resolve, asked } = scriptedResolver(['127.0.0.1']);
      const result = await attempt(
        `http://${name}:${server.port}/`,
        agentsFor({ policy: loopbackAllowed, lookup: resolve }),
      );
      expect(result).toMatchObject({ status: 200, error: null });
      expect(asked).toEqual([name]);
      expect(server.received).toEqual([`${name}:${server.port}`]);
    },
  );

  test('is refused when its address is not allowed', async () => {
    const server = await start(startHttpServer);
    const { resolve } = scriptedResolver(['127.0.0.1']);
    const agents = agentsFor({ policy: policyAllowing('10.0.0.0/8'), lookup: resolve });
    const result = await attempt(`http://hooks.example.com:${server.port}/`, agents);
    expect(result.error).toMatchObject({
      ...BLOCKED,
      message:
        'refused to connect to hooks.example.com: resolves to a forbidden address: loopback address (RFC 1122)',
      addresses: ['127.0.0.1'],
    });
    expect(server.connections()).toBe(0);
  });

  test('is refused when one of several addresses is not allowed', async () => {
    const server = await start(startHttpServer);
    const { resolve } = scriptedResolver(['127.0.0.1', '10.0.0.1']);
    const result = await attempt(
      `http://hooks.example.com:${server.port}/`,
      agentsFor({ policy: loopbackAllowed, lookup: resolve }),
    );
    expect(result.error).toMatchObject(BLOCKED);
    expect(result.connects).toBe(0);
  });

  test('that is forbidden is not even resolved while no range is allowed', async () => {
    const { resolve, asked } = scriptedResolver(['127.0.0.1']);
    const result = await attempt(
      'http://redis:6379/',
      agentsFor({ policy: nothingAllowed, lookup: resolve }),
    );
    expect(result.error).toMatchObject(BLOCKED);
    expect(asked).toEqual([]);
  });

  test('that is forbidden is refused when it resolves to a public address', async () => {
    const { resolve } = scriptedResolver(['1.1.1.1']);
    const result = await attempt('http://receiver/', agentsFor({ policy: loopbackAllowed, lookup: resolve }));
    expect(result.error).toMatchObject({ ...BLOCKED, message: expect.stringContaining('single label') });
    expect(result.connects).toBe(0);
  });

  test('with a dead first address is reached at its second (happy eyeballs)', async () => {
    const server = await start(startHttpServer);
    const { resolve } = scriptedResolver(['::1', '127.0.0.1']);
    const result = await attempt(
      `http://hooks.example.com:${server.port}/`,
      agentsFor({ policy: loopbackAllowed, lookup: resolve }),
    );
    expect(result).toMatchObject({ status: 200, error: null });
  });

  test('that the default resolver knows is reached', async () => {
    const server = await start(startHttpServer);
    const result = await attempt(`http://localhost:${server.port}/`, agentsFor({ policy: loopbackAllowed }));
    expect(result).toMatchObject({ status: 200, error: null });
  });

  test('that does not resolve fails as a name that does not resolve', async () => {
    const { resolve } = scriptedResolver([]);
    const result = await attempt(
      'http://hooks.example.com/',
      agentsFor({ policy: nothingAllowed, lookup: resolve }),
    );
    expect(result.error).toMatchObject({ code: 'ENOTFOUND', syscall: 'getaddrinfo' });
  });

  test('keeps the error of the resolver', async () => {
    const failure = Object.assign(new Error('try again'), { code: 'EAI_AGAIN' });
    const agents = agentsFor({
      policy: nothingAllowed,
      lookup: (_name, _options, callback) => callback(failure, []),
    });
    expect((await attempt('http://hooks.example.com/', agents)).error).toBe(failure);
  });
});

describe('what a request asks for itself', () => {
  test('its own lookup is not used', async () => {
    const { resolve, asked } = scriptedResolver(['10.0.0.1']);
    const agents = agentsFor({ policy: nothingAllowed, lookup: resolve });
    const result = await attempt('http://hooks.example.com/', agents, {
      lookup: (_name, _options, callback) => callback(null, '127.0.0.1', 4),
    });
    expect(result.error).toMatchObject(BLOCKED);
    expect(asked).toEqual(['hooks.example.com']);
  });

  test('a family does not hide a forbidden address of the other one', async () => {
    const { resolve } = scriptedResolver(['127.0.0.1', 'fd00::1']);
    const result = await attempt(
      'http://hooks.example.com/',
      agentsFor({ policy: loopbackAllowed, lookup: resolve }),
      { family: 4 },
    );
    expect(result.error).toMatchObject(BLOCKED);
  });

  test('a socket path is refused', async () => {
    const agents = agentsFor({ policy: policyAllowing('0.0.0.0/0,::/0') });
    const result = await attempt('http://hooks.example.com/', agents, { socketPath: '/var/run/docker.sock' });
    expect(result.error).toMatchObject(BLOCKED);
    expect(result.connects).toBe(0);
  });

  test.each(['http', 'https'])('a bad port is refused over %s, whatever is allowed', async (scheme) => {
    const agents = agentsFor({ policy: policyAllowing('0.0.0.0/0,::/0') });
    const result = await attempt(`${scheme}://127.0.0.1:25/`, agents);
    expect(result.error).toMatchObject({ ...BLOCKED, message: expect.stringContaining('port 25') });
    expect(result.connects).toBe(0);
  });
});
