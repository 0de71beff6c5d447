import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import got, { RequestError } from 'got';
import { createEgressPolicy, createGuardedAgents, type GuardedAgents, parseCidrList } from '../src/index.ts';
import { scriptedResolver } from './attempt.ts';
import {
  type RecordingServer,
  receiverCertificate,
  startHttpServer,
  startHttpsServer,
} from './recording-server.ts';

const policyAllowing = (ranges: string) => createEgressPolicy({ allow: parseCidrList(ranges) });

let plain: RecordingServer;
let tls: RecordingServer;
let agents: GuardedAgents;

beforeEach(async () => {
  plain = await startHttpServer();
  tls = await startHttpsServer();
});

afterEach(async () => {
  agents.close();
  await Promise.all([plain.close(), tls.close()]);
});

function agentsAllowing(ranges: string): GuardedAgents {
  agents = createGuardedAgents({
    policy: policyAllowing(ranges),
    lookup: scriptedResolver(['127.0.0.1']).resolve,
    ca: receiverCertificate,
  });
  return agents;
}

function post(url: string): Promise<{ statusCode: number }> {
  return got.post(url, {
    agent: { http: agents.http, https: agents.https },
    body: '{}',
    retry: { limit: 0 },
    followRedirect: false,
  });
}

describe('got with guarded agents', () => {
  test('reaches what is allowed, by name and literal, over http and https', async () => {
    agentsAllowing('127.0.0.0/8');
    for (const host of ['hooks.example.com', '127.0.0.1']) {
      expect((await post(`http://${host}:${plain.port}/`)).statusCode).toBe(200);
      expect((await post(`https://${host}:${tls.port}/`)).statusCode).toBe(200);
    }
  });

  test('gives the refusal by its code, with the error itself as cause', async () => {
    agentsAllowing('');
    for (const host of ['hooks.example.com', '127.0.0.1']) {
      for (const url of [`http://${host}:${plain.port}/`, `https://${host}:${tls.port}/`]) {
        const error = await post(url).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(RequestError);
        expect(error).toMatchObject({ code: 'egress_blocked', cause: { name: 'EgressBlockedError', host } });
      }
    }
    expect(plain.connections() + tls.connections()).toBe(0);
  });
});
