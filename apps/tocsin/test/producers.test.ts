import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createReceiver, type Receiver, waitFor } from '@tocsin/testkit';
import { ADMIN_KEY, createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

let storage: TestStorage;
let receiver: Receiver;
let tocsin: Tocsin;

beforeAll(async () => {
  storage = await createStorage('postgres');
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

test.each([
  ['panther.json', '{"account":"123456789012","p_row_id":"a","eventTime":1782892632127723123}'],
  ['panther-context-as-text.json', '{"account":"123456789012"}'],
])('%s is taken as it is, and its context reaches the destination byte for byte', async (file, context) => {
  const text = readFileSync(new URL(`fixtures/producers/${file}`, import.meta.url), 'utf8');
  const { alertId, title, link, createdAt } = JSON.parse(text);
  const { status } = await tocsin.api('POST', '/v1/alerts', text, 'application/json');
  expect(status).toBe(202);
  const delivered = () => receiver.requests.find(({ body }) => body.includes(alertId));
  const { body } = await waitFor(delivered);
  expect(JSON.parse(body.toString())).toMatchObject({ alertId, title, link, createdAt });
  expect(body.toString().endsWith(`,"alertContext":${context}}`)).toBe(true);
  const shown = await fetch(`${tocsin.url}/v1/alerts/${alertId}`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  expect((await shown.text()).endsWith(`,"alertContext":${context}}`)).toBe(true);
});
