import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReceiver, type Receiver, waitFor } from '@tocsin/testkit';
import { type Backend, createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

const STRANGE = {
  'U+0000': 'a\0b',
  'half a surrogate pair': 'a\ud800b',
  'the other half': '\udc00',
  emoji: '📱👩‍👩‍👧',
  'right to left': '\u202eabc',
  'an escape that is none': 'a\\u0000b',
};

describe.each(['postgres', 'redis'] satisfies Backend[])('strange text (%s)', (backend) => {
  let storage: TestStorage;
  let receiver: Receiver;
  let tocsin: Tocsin;

  beforeAll(async () => {
    storage = await createStorage(backend);
    receiver = await createReceiver();
    tocsin = await startTocsin(storage.env);
    const destination = { displayName: 'archive', url: receiver.url, includeContext: true };
    expect((await tocsin.api('POST', '/v1/destinations', destination)).status).toBe(201);
  });

  afterAll(async () => {
    await tocsin?.process.stop();
    await receiver?.close();
    await storage?.remove();
  });

  test.each(Object.entries(STRANGE))(
    '%s reaches the destination unchanged, from every field',
    async (name, text) => {
      const alertId = `strange-${Object.keys(STRANGE).indexOf(name)}`;
      const fields = {
        id: text,
        title: text,
        name: text,
        description: text,
        runbook: text,
        link: text,
        version: text,
      };
      const sent = await tocsin.api('POST', '/v1/alerts', {
        alertId,
        createdAt: '2026-07-01T07:57:12Z',
        severity: 'LOW',
        type: 'RULE',
        ...fields,
        tags: [text],
        logTypes: [text],
        destinations: [text],
        outputIds: [text],
        alertContext: { [text]: text },
      });
      expect(sent.status).toBe(202);
      const delivered = () =>
        receiver.requests.find(({ body }) => JSON.parse(body.toString()).alertId === alertId);
      const { body } = await waitFor(delivered);
      expect(JSON.parse(body.toString())).toMatchObject({
        ...fields,
        tags: [text],
        alertContext: { [text]: text },
      });
      const stored = await tocsin.api('GET', `/v1/alerts/${alertId}`);
      expect(stored.body).toMatchObject({ ...fields, logTypes: [text], routing: { rule: 'filters' } });
    },
  );

  test('of one alert spoils no other that shares its insert', async () => {
    const alerts = Object.values(STRANGE).map((title, n) => ({
      alertId: `together-${n}`,
      id: 'x',
      title,
      createdAt: '2026-07-01T07:57:12Z',
      severity: 'LOW',
      type: 'RULE',
    }));
    const { status, body } = await tocsin.api('POST', '/v1/alerts', alerts);
    expect([status, body.accepted]).toEqual([202, alerts.length]);
  });
});
