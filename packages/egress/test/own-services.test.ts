import { afterEach, describe, expect, test } from '@jest/globals';
import {
  checkDestinationUrl,
  createEgress,
  type Egress,
  type EgressOptions,
  parseOwnUrls,
} from '../src/index.ts';
import { attempt } from './attempt.ts';
import { createOpened } from './opened.ts';
import { startHttpServer } from './recording-server.ts';

const { start, closeAll } = createOpened();
let egress: Egress | undefined;
afterEach(async () => {
  egress?.close();
  await closeAll();
});

/** Everything is allowed, so that nothing but what is Tocsin's own is refused. */
function openEgress(ownServices: EgressOptions['ownServices']): Egress {
  egress = createEgress({ allow: '0.0.0.0/0,::/0', ownServices });
  return egress;
}

describe("Tocsin's own services, though their range is allowed,", () => {
  test('are refused by literal and by name, at every address of this machine, without a connection', async () => {
    const listener = await start(startHttpServer);
    const redis = await start(startHttpServer);
    const other = await start(startHttpServer);
    const { agents, policy, reservePort } = openEgress([`redis://localhost:${redis.port}`]);
    reservePort(listener.port);
    for (const port of [listener.port, redis.port]) {
      for (const host of ['127.0.0.1', '127.9.9.9', '0.0.0.0', '[::1]', '[::ffff:127.0.0.1]', 'localhost']) {
        const { error, connects } = await attempt(`http://${host}:${port}/`, agents);
        expect(error).toMatchObject({
          code: 'egress_blocked',
          message: expect.stringContaining("Tocsin's own"),
        });
        expect(connects).toBe(0);
      }
      expect(checkDestinationUrl(`http://127.0.0.1:${listener.port}/hook`, policy)).toEqual({
        ok: false,
        message: expect.stringContaining("Tocsin's own"),
      });
    }
    expect(listener.connections() + redis.connections()).toBe(0);
    // The demo's receiver is on loopback too, at another port.
    expect((await attempt(`http://127.0.0.1:${other.port}/`, agents)).status).toBe(200);
    expect(checkDestinationUrl(`http://127.0.0.1:${other.port}/hook`, policy).ok).toBe(true);
  });

  test('are refused when they are saved by the name that a setting has for them', () => {
    const { policy } = openEgress(['postgres://u:p@db.corp.example/tocsin', 'http://status-service:8080']);
    expect(checkDestinationUrl('http://db.corp.example:5432/', policy).ok).toBe(false);
    expect(checkDestinationUrl('http://status-service.:8080/', policy).ok).toBe(false);
    expect(checkDestinationUrl('http://db.corp.example/', policy).ok).toBe(true);
  });

  test('are refused where the URL of a database names its host and port in the query', async () => {
    const postgres = await start(startHttpServer);
    const redis = await start(startHttpServer);
    const { agents } = openEgress([
      `postgres://u:p@harmless.example:1/tocsin?host=localhost&port=${postgres.port}`,
      `redis:///0?host=localhost&port=${redis.port}`,
    ]);
    for (const { port } of [postgres, redis]) {
      const { error, connects } = await attempt(`http://127.0.0.1:${port}/`, agents);
      expect(error).toMatchObject({ code: 'egress_blocked' });
      expect(connects).toBe(0);
    }
  });

  test('are refused where a list names them, by name and by what the name leads to', async () => {
    const service = await start(startHttpServer);
    const { agents, policy } = openEgress(parseOwnUrls(`localhost:${service.port}, http://router:8080`));
    const { error, connects } = await attempt(`http://127.0.0.1:${service.port}/`, agents);
    expect(error).toMatchObject({ code: 'egress_blocked', message: expect.stringContaining("Tocsin's own") });
    expect(connects).toBe(0);
    expect(checkDestinationUrl('http://router:8080/', policy).ok).toBe(false);
    expect(checkDestinationUrl('http://router:8081/', policy).ok).toBe(true);
  });
});
