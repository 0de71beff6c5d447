import { describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import type { Locator } from 'playwright-core';
import { signIn } from './browser.ts';
import { setUpConsole } from './console-scene.ts';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

const scene = setUpConsole();

const addDestination = async (displayName: string) => {
  const { status, body } = await scene.tocsin.api('POST', '/v1/destinations', {
    displayName,
    url: `${scene.receiver.url}/first`,
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
    await signIn(scene.page, `/destinations/${id}`);
    await scene.page.getByRole('textbox', { name: 'URL' }).fill(`${scene.receiver.url}/second`);
    await scene.page.getByText('the rest is dropped when you save').waitFor();
    await scene.page.getByLabel('Header 2 value', { exact: true }).fill('again');
    await scene.page.getByRole('button', { name: 'Save changes' }).click();
    await scene.page.getByText('Dropped: the header X-Api-Key, the signing secret.').waitFor();
    const { body } = await scene.tocsin.api('GET', `/v1/destinations/${id}`);
    expect(body).toMatchObject({ url: `${scene.receiver.url}/second`, signingSecret: null });
    expect(body.headers.map(({ name }: { name: string }) => name)).toEqual(['X-Team']);
  });

  test.each([
    ['by the form', '', 'Enter a value.'],
    ['by the API', 'v\u0001', 'Must hold only printable ASCII characters and tabs.'],
  ])('show a value that was refused %s, wherever the page was', async (by, value, words) => {
    const id = await addDestination(`Refused ${by}`);
    await signIn(scene.page, `/destinations/${id}`);
    await scene.page.getByRole('textbox', { name: 'URL' }).fill(`${scene.receiver.url}/third`);
    await scene.page.getByRole('button', { name: 'Add header' }).click();
    await scene.page.getByLabel('Header 3 name', { exact: true }).fill('X-New');
    await scene.page.getByLabel('Header 3 value', { exact: true }).fill(value);
    await scene.page.evaluate(() => window.scrollTo({ top: 0 }));
    await scene.page.getByRole('button', { name: 'Save changes' }).click();
    await scene.page.getByText(words).waitFor();
    await isBeforeOnesEyes(scene.page.getByLabel('Header 3 value', { exact: true }));
  });
});

describe('a routing preview that is refused', () => {
  test('says every fault with its place, in sight', async () => {
    await signIn(scene.page, '/routing');
    const alert = { id: 'a', createdAt: 'x', severity: 'BAD', type: 'RULE', title: 't', tags: [1] };
    await scene.page
      .getByLabel('Alert')
      .fill(JSON.stringify(alert, null, 12).replace('{', `{${'\n'.repeat(30)}`));
    await scene.page.getByRole('button', { name: 'Show the decision' }).click();
    const refusal = scene.page.getByRole('alert');
    for (const path of ['createdAt', 'severity', 'tags[0]'])
      await refusal.getByText(path, { exact: true }).waitFor();
    await refusal.getByText('The request is invalid').waitFor();
    await refusal.getByText('The body is invalid.').waitFor();
    await isBeforeOnesEyes(refusal);
  });

  test('for what is not JSON says so at the field', async () => {
    await signIn(scene.page, '/routing');
    await scene.page.getByLabel('Alert').fill('{"id": ');
    await scene.page.getByRole('button', { name: 'Show the decision' }).click();
    await scene.page.getByText('This is not JSON').waitFor();
    await isBeforeOnesEyes(scene.page.getByLabel('Alert'));
  });
});

describe('a list that is refused', () => {
  test('for its search says why beside it, and offers nothing that cannot help', async () => {
    await signIn(scene.page, '/alerts?q=%25%25');
    const search = scene.page.getByLabel('Search', { exact: true });
    await scene.page
      .locator(`#${await search.getAttribute('id')}-error`)
      .getByText('no letter and no digit')
      .waitFor();
    await scene.page.getByRole('alert').getByText('The search is refused.').waitFor();
    expect(await scene.page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  test.each([
    ['/deliveries?destinationId=x&since=soon', ['Destination', 'Received since']],
    ['/?destinationId=x', ['Destination']],
  ])('for the filters of %s says why beside each', async (path, labels) => {
    await signIn(scene.page, path);
    await scene.page.getByRole('alert').getByText('The query is invalid.').waitFor();
    for (const label of labels) {
      const field = scene.page.getByLabel(label, { exact: true }).and(scene.page.locator('input'));
      await scene.page.locator(`#${await field.getAttribute('id')}-error`).waitFor();
    }
  });
});

test('a key whose name is refused gets its message at the field', async () => {
  await signIn(scene.page, '/api-keys');
  await scene.page.getByRole('button', { name: 'Create a key' }).click();
  const name = scene.page.getByRole('dialog').getByLabel('Name');
  await name.fill('two\u0007bells');
  await scene.page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await scene.page.locator(`#${await name.getAttribute('id')}-error`).waitFor();
  await isBeforeOnesEyes(name);
});

test('too many wrong keys get a message that says how long to wait, not the name of a header', async () => {
  await scene.page.goto('/login');
  const refusal = scene.page.getByRole('alert');
  await waitFor(async () => {
    await scene.page.getByLabel('API key').fill(`tcs_nobody_${'x'.repeat(32)}`);
    await scene.page.getByRole('button', { name: 'Sign in' }).click();
    await refusal.waitFor();
    return (await refusal.textContent())?.includes('Too many');
  });
  expect(await refusal.textContent()).toMatch(/Try again in \d+ (s|min|h)\.$/);
});

describe('a key that may only send alerts', () => {
  test('is offered what it may open, and told of other pages what it lacks', async () => {
    const { body } = await scene.tocsin.api('POST', '/v1/api-keys', {
      name: 'a producer',
      scopes: ['alerts:write'],
    });
    await signIn(scene.page, '/', body.key);
    const pages = scene.page.getByRole('navigation', { name: 'Pages' });
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
      await scene.page.goto(path);
      await scene.page.getByRole('heading', { name: 'Your key may not open this page' }).waitFor();
      await scene.page.getByRole('main').getByText(scope, { exact: true }).waitFor();
    }
  });
});
