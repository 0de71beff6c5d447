import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createReceiver, type Receiver, waitFor } from '@tocsin/testkit';
import type { Browser, Locator, Page } from 'playwright-core';
import { createStorage, startTocsin, type TestStorage, type Tocsin } from '../tocsin-process.ts';
import { openBrowser, openTab, signIn, type Tab } from './browser.ts';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

let storage: TestStorage;
let tocsin: Tocsin;
let receiver: Receiver;
let browser: Browser;
let tab: Tab;
let page: Page;

beforeAll(async () => {
  storage = await createStorage('postgres');
  receiver = await createReceiver({});
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
    headers: [
      { name: 'X-Api-Key', value: 'one' },
      { name: 'X-Team', value: 'two' },
    ],
    signingSecret: SECRET,
  });
  expect(status).toBe(201);
  return body.id as string;
};

/** The keyboard is there, and the element is seen whole. */
async function isBeforeOnesEyes(element: Locator): Promise<void> {
  await waitFor(() =>
    element.evaluate((node) => {
      const { top, bottom } = node.getBoundingClientRect();
      const middle = document.elementFromPoint(node.getBoundingClientRect().x + 5, (top + bottom) / 2);
      return document.activeElement === node && (node === middle || node.contains(middle));
    }),
  );
}

describe('the settings of a destination', () => {
  test('with another URL drop the secrets that are not given again, as the form says', async () => {
    const id = await addDestination('Moves away');
    await signIn(page, `/destinations/${id}`);
    await page.getByRole('textbox', { name: 'URL' }).fill(`${receiver.url}/second`);
    await page.getByText('the rest is dropped when you save').waitFor();
    await page.getByLabel('Header 2 value', { exact: true }).fill('again');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Dropped: the header X-Api-Key, the signing secret.').waitFor();
    const { body } = await tocsin.api('GET', `/v1/destinations/${id}`);
    expect(body).toMatchObject({ url: `${receiver.url}/second`, signingSecret: null });
    expect(body.headers.map(({ name }: { name: string }) => name)).toEqual(['X-Team']);
  });

  test.each([
    ['by the form', '', 'Enter a value.'],
    ['by the API', 'v\u0001', 'Must hold only printable ASCII characters and tabs.'],
  ])('show a value that was refused %s, wherever the page was', async (by, value, words) => {
    const id = await addDestination(`Refused ${by}`);
    await signIn(page, `/destinations/${id}`);
    await page.getByRole('textbox', { name: 'URL' }).fill(`${receiver.url}/third`);
    await page.getByRole('button', { name: 'Add header' }).click();
    await page.getByLabel('Header 3 name', { exact: true }).fill('X-New');
    await page.getByLabel('Header 3 value', { exact: true }).fill(value);
    await page.evaluate(() => window.scrollTo({ top: 0 }));
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText(words).waitFor();
    await isBeforeOnesEyes(page.getByLabel('Header 3 value', { exact: true }));
  });
});

describe('a routing preview that is refused', () => {
  test('says every fault with its place, in sight', async () => {
    await signIn(page, '/routing');
    const alert = { id: 'a', createdAt: 'x', severity: 'BAD', type: 'RULE', title: 't', tags: [1] };
    await page.getByLabel('Alert').fill(JSON.stringify(alert, null, 12).replace('{', `{${'\n'.repeat(30)}`));
    await page.getByRole('button', { name: 'Show the decision' }).click();
    const refusal = page.getByRole('alert');
    for (const path of ['createdAt', 'severity', 'tags[0]'])
      await refusal.getByText(path, { exact: true }).waitFor();
    await refusal.getByText('The request is invalid').waitFor();
    await refusal.getByText('The body is invalid.').waitFor();
    await isBeforeOnesEyes(refusal);
  });

  test('for what is not JSON says so at the field', async () => {
    await signIn(page, '/routing');
    await page.getByLabel('Alert').fill('{"id": ');
    await page.getByRole('button', { name: 'Show the decision' }).click();
    await page.getByText('This is not JSON').waitFor();
    await isBeforeOnesEyes(page.getByLabel('Alert'));
  });
});

describe('a list that is refused', () => {
  test('for its search says why beside it, and offers nothing that cannot help', async () => {
    await signIn(page, '/alerts?q=%25%25');
    const search = page.getByLabel('Search', { exact: true });
    await page
      .locator(`#${await search.getAttribute('id')}-error`)
      .getByText('no letter and no digit')
      .waitFor();
    await page.getByRole('alert').getByText('The search is refused.').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  test.each([
    ['/deliveries?destinationId=x&since=soon', ['Destination', 'Received since']],
    ['/?destinationId=x', ['Destination']],
  ])('for the filters of %s says why beside each', async (path, labels) => {
    await signIn(page, path);
    await page.getByRole('alert').getByText('The query is invalid.').waitFor();
    for (const label of labels) {
      const field = page.getByLabel(label, { exact: true }).and(page.locator('input'));
      await page.locator(`#${await field.getAttribute('id')}-error`).waitFor();
    }
  });
});

test('a key whose name is refused is told at the field', async () => {
  await signIn(page, '/api-keys');
  await page.getByRole('button', { name: 'Create a key' }).click();
  const name = page.getByRole('dialog').getByLabel('Name');
  await name.fill('two\u0007bells');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await page.locator(`#${await name.getAttribute('id')}-error`).waitFor();
  await isBeforeOnesEyes(name);
});

test('too many wrong keys are told how long to wait, not the name of a header', async () => {
  await page.goto('/login');
  const refusal = page.getByRole('alert');
  await waitFor(async () => {
    await page.getByLabel('API key').fill(`tcs_nobody_${'x'.repeat(32)}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await refusal.waitFor();
    return (await refusal.textContent())?.includes('Too many');
  });
  expect(await refusal.textContent()).toMatch(/Try again in \d+ (s|min|h)\.$/);
});

describe('a key that may only send alerts', () => {
  test('is offered what it may open, and told of other pages what it lacks', async () => {
    const { body } = await tocsin.api('POST', '/v1/api-keys', {
      name: 'a producer',
      scopes: ['alerts:write'],
    });
    await signIn(page, '/', body.key);
    const pages = page.getByRole('navigation', { name: 'Pages' });
    expect(await pages.getByRole('link').allTextContents()).toEqual(['Overview', 'API reference']);
    for (const [path, scope] of [
      ['/alerts', 'alerts:read'],
      ['/alerts/some-alert', 'alerts:read'],
      ['/deliveries', 'alerts:read'],
      ['/destinations', 'destinations:read'],
      ['/destinations/new', 'destinations:write'],
      ['/routing', 'alerts:read'],
      ['/api-keys', 'admin'],
      ['/audit-log', 'admin'],
    ] as const) {
      await page.goto(path);
      await page.getByRole('heading', { name: 'Your key may not open this page' }).waitFor();
      await page.getByRole('main').getByText(scope, { exact: true }).waitFor();
    }
  });
});
