import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import { setUpArchive } from './archive-scene.ts';
import { ADMIN_KEY } from './tocsin-process.ts';

const scene = setUpArchive();

test.each([
  ['panther.json', '{"account":"123456789012","p_row_id":"a","eventTime":1782892632127723123}'],
  ['panther-context-as-text.json', '{"account":"123456789012"}'],
])('%s is taken as it is, and its context reaches the destination byte for byte', async (file, context) => {
  const text = readFileSync(new URL(`fixtures/producers/${file}`, import.meta.url), 'utf8');
  const { alertId, title, link, createdAt } = JSON.parse(text);
  const { status } = await scene.tocsin.api('POST', '/v1/alerts', text, 'application/json');
  expect(status).toBe(202);
  const delivered = () => scene.receiver.requests.find(({ body }) => body.includes(alertId));
  const { body } = await waitFor(delivered);
  expect(JSON.parse(body.toString())).toMatchObject({ alertId, title, link, createdAt });
  expect(body.toString().endsWith(`,"alertContext":${context}}`)).toBe(true);
  const shown = await fetch(`${scene.tocsin.url}/v1/alerts/${alertId}`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  expect((await shown.text()).endsWith(`,"alertContext":${context}}`)).toBe(true);
});
