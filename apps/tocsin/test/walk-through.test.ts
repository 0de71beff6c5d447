import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findFreePort, startProcess, type TestProcess, waitFor } from '@tocsin/testkit';
import { createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

const DOCS = path.resolve(import.meta.dirname, '../../../docs');
const RECEIVER = path.join(DOCS, 'walk-through/receiver.mjs');

let storage: TestStorage;
let tocsin: Tocsin;
let receiver: TestProcess;
let receiverUrl: string;

beforeAll(async () => {
  const port = await findFreePort();
  receiverUrl = `http://127.0.0.1:${port}/`;
  receiver = await startProcess({ entry: RECEIVER, env: { PORT: String(port) } });
  await receiver.printed(/Listening on/);
  storage = await createStorage('postgres');
  tocsin = await startTocsin(storage.env);
});

afterAll(async () => {
  await tocsin?.process.stop();
  await receiver?.stop();
  await storage?.remove();
});

test('the walk-through prints the receiver as it is', () => {
  const document = readFileSync(path.join(DOCS, 'walk-through.md'), 'utf8');
  expect(document).toContain(`\`\`\`js\n${readFileSync(RECEIVER, 'utf8')}\`\`\``);
});

test('the walk-through’s steps do what it says: destination, test alert, alert, resend', async () => {
  const created = await tocsin.api('POST', '/v1/destinations', {
    displayName: 'My receiver',
    url: receiverUrl,
  });
  expect(created.status).toBe(201);
  const tested = await tocsin.api('POST', `/v1/destinations/${created.body.id}/test`);
  expect(tested.body).toMatchObject({
    success: true,
    statusCode: 200,
    responseBody: '{"received":true}',
    error: null,
  });
  await receiver.printed(/^INFO This is a test alert from Tocsin/m);

  const document = readFileSync(path.join(DOCS, 'walk-through.md'), 'utf8');
  const alert = /-d '(\{\s+"alertId": "walk-through-1"[^']+)'/.exec(document)?.[1];
  const sent = await tocsin.api('POST', '/v1/alerts', alert);
  expect(sent.status).toBe(202);
  expect(document).toContain(JSON.stringify(sent.body));
  await receiver.printed(/^CRITICAL Root account signed in from a new country/m);
  await waitFor(
    async () => (await tocsin.api('GET', '/v1/alerts/walk-through-1')).body.status === 'succeeded',
  );

  const resent = await tocsin.api('POST', '/v1/alerts/walk-through-1/resend', {
    destinationIds: [created.body.id],
  });
  expect(resent.status).toBe(202);
  await waitFor(() => (receiver.stdout().match(/^CRITICAL Root account/gm) ?? []).length === 2);
});
