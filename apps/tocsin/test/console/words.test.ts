import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createReceiver, type Receiver, waitFor } from '@tocsin/testkit';
import type { Browser, Page } from 'playwright-core';
import { createStorage, startTocsin, type TestStorage, type Tocsin } from '../tocsin-process.ts';
import { openBrowser, openTab, signIn, type Tab } from './browser.ts';

const ALERT = {
  id: 'Rule.One',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'One',
};

let storage: TestStorage;
let tocsin: Tocsin;
let receiver: Receiver;
let browser: Browser;
let tab: Tab;
let page: Page;

beforeAll(async () => {
  storage = await createStorage('postgres');
  receiver = await createReceiver({ script: () => ({ status: 500, body: 'not today' }) });
  [tocsin, browser] = await Promise.all([startTocsin(storage.env), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await tocsin?.process.stop();
  await receiver?.close();
  await storage?.remove();
});

beforeEach(async () => {
  tab = await openTab(browser, tocsin.url);
  page = tab.page;
});

afterEach(async () => {
  await tab.close();
  expect(tab.faults).toEqual([]);
});

const addDestination = async (displayName: string) => {
  const { status, body } = await tocsin.api('POST', '/v1/destinations', {
    displayName,
    url: `${receiver.url}/first`,
    severities: [],
    alertTypes: ['RULE'],
    retry: { maxRetries: 0 },
  });
  expect(status).toBe(201);
  return body.id as string;
};

/** An alert to these destinations, all of whose deliveries have failed. */
const failAt = async (alertId: string, destinations: string[]) => {
  expect((await tocsin.api('POST', '/v1/alerts', { ...ALERT, alertId, destinations })).status).toBe(202);
  await waitFor(async () => (await tocsin.api('GET', `/v1/alerts/${alertId}`)).body.status === 'failed');
};

describe('deliveries to a destination that is disabled or deleted', () => {
  test('offer no resend, and say why; the alert’s other failed deliveries are resent', async () => {
    const [, disabled, deleted] = [
      await addDestination('Stays'),
      await addDestination('Disabled one'),
      await addDestination('Deleted one'),
    ];
    await failAt('gone-1', ['Stays', 'Disabled one', 'Deleted one']);
    await tocsin.api('PATCH', `/v1/destinations/${disabled}`, { enabled: false });
    await tocsin.api('DELETE', `/v1/destinations/${deleted}`);
    await signIn(page, '/deliveries?view=all');
    await page.getByRole('button', { name: 'Resend to Stays' }).waitFor();
    await page.getByText('Its destination was deleted, so it cannot be resent.').waitFor();
    await page.getByText('Its destination is disabled: enable it to resend.').waitFor();
    expect(await page.getByRole('button', { name: /^Resend to / }).count()).toBe(1);
    await page.goto('/alerts/gone-1');
    await page.getByRole('region', { name: 'Deleted one' }).getByText('was deleted').waitFor();
    await page.getByRole('button', { name: 'Resend failed deliveries' }).click();
    await page.getByText('One delivery is sent again.').waitFor();
  });

  test('are named in a bulk resend', async () => {
    const id = await addDestination('Named after all');
    await failAt('named-1', ['Named after all']);
    const span = { since: '2026-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' };
    const asked = await tocsin.api('POST', '/v1/resends', { destinationId: id, status: ['failed'], ...span });
    expect(asked.status).toBe(202);
    await tocsin.api('DELETE', `/v1/destinations/${id}`);
    await signIn(page, '/deliveries');
    const resends = page.getByRole('region', { name: 'Bulk resends' });
    await resends.getByText('failed to Named after all, received').waitFor();
  });
});

test('the audit log says that the path of a URL became another, and not what it is', async () => {
  const id = await addDestination('Moves');
  await tocsin.api('PATCH', `/v1/destinations/${id}`, { url: `${receiver.url}/s3cr3t-path` });
  await signIn(page, '/audit-log');
  await page.getByText(`url: ${receiver.url}, with another path`).waitFor();
  expect(await page.getByRole('main').textContent()).not.toContain('s3cr3t-path');
});

test('the overview counts rounds that failed, and says so', async () => {
  await addDestination('Fails twice');
  await failAt('twice-1', ['Fails twice']);
  const before = (await tocsin.api('GET', '/v1/stats')).body.totals.failed as number;
  await tocsin.api('POST', '/v1/alerts/twice-1/resend');
  await waitFor(async () => (await tocsin.api('GET', '/v1/stats')).body.totals.failed === before + 1);
  await signIn(page);
  await page
    .getByRole('region', { name: 'Failed rounds' })
    .getByText(String(before + 1), { exact: true })
    .waitFor();
});
