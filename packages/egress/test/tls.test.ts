import { getCACertificates, rootCertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createEgressPolicy, parseCidrList } from '../src/index.ts';
import { attempt, scriptedResolver } from './attempt.ts';
import { createOpened } from './opened.ts';
import { receiverCertificate, startHttpsServer } from './recording-server.ts';

const loopbackAllowed = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8,::1') });

const { start, agentsFor, closeAll } = createOpened();
afterEach(closeAll);

describe('TLS', () => {
  test('a receiver of a given authority is reached, by name and by literal', async () => {
    const server = await start(startHttpsServer);
    const { resolve } = scriptedResolver(['127.0.0.1']);
    const agents = agentsFor({ policy: loopbackAllowed, lookup: resolve, ca: receiverCertificate });
    for (const host of ['hooks.example.com', '127.0.0.1']) {
      expect(await attempt(`https://${host}:${server.port}/`, agents)).toMatchObject({
        status: 200,
        error: null,
      });
    }
  });

  test('a given authority does not displace the default ones', async () => {
    const server = await start(startHttpsServer);
    const defaults = getCACertificates('default');
    setDefaultCACertificates([receiverCertificate]);
    try {
      const agents = agentsFor({ policy: loopbackAllowed, ca: rootCertificates[0] ?? '' });
      expect(await attempt(`https://127.0.0.1:${server.port}/`, agents)).toMatchObject({ status: 200 });
    } finally {
      setDefaultCACertificates(defaults);
    }
  });

  test('a certificate for another name is refused', async () => {
    const server = await start(startHttpsServer);
    const { resolve } = scriptedResolver(['127.0.0.1']);
    const agents = agentsFor({ policy: loopbackAllowed, lookup: resolve, ca: receiverCertificate });
    const result = await attempt(`https://other.example.com:${server.port}/`, agents);
    expect(result.error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('an unknown authority is refused, even if the request asks not to verify', async () => {
    const server = await start(startHttpsServer);
    const result = await attempt(
      `https://127.0.0.1:${server.port}/`,
      agentsFor({ policy: loopbackAllowed }),
      {
        rejectUnauthorized: false,
      } as object,
    );
    expect(result.error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(server.received).toEqual([]);
  });
});
