import { describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import { setUpArchive } from './archive-scene.ts';
import type { Backend } from './tocsin-process.ts';

const STRANGE = {
  'U+0000': 'a\0b',
  'half a surrogate pair': 'a\ud800b',
  'the other half': '\udc00',
  emoji: '📱👩‍👩‍👧',
  'right to left': '\u202eabc',
  'an escape that is none': 'a\\u0000b',
};

describe.each(['postgres', 'redis'] satisfies Backend[])('strange text (%s)', (backend) => {
  const scene = setUpArchive(backend);

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
      const sent = await scene.tocsin.api('POST', '/v1/alerts', {
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
        scene.receiver.requests.find(({ body }) => JSON.parse(body.toString()).alertId === alertId);
      const { body } = await waitFor(delivered);
      expect(JSON.parse(body.toString())).toMatchObject({
        ...fields,
        tags: [text],
        alertContext: { [text]: text },
      });
      const stored = await scene.tocsin.api('GET', `/v1/alerts/${alertId}`);
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
    const { status, body } = await scene.tocsin.api('POST', '/v1/alerts', alerts);
    expect([status, body.accepted]).toEqual([202, alerts.length]);
  });
});
