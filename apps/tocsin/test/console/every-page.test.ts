import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReceiver, type Receiver, waitFor } from '@tocsin/testkit';
import type { Browser, Page } from 'playwright-core';
import { createStorage, startTocsin, type TestStorage, type Tocsin } from '../tocsin-process.ts';
import { openBrowser, openTab, overflow, seriousViolations, signIn, type Tab } from './browser.ts';

const ALERT = { id: 'Rule.One', createdAt: '2026-07-01T07:57:12Z', severity: 'HIGH', type: 'RULE' };

const SCRIPT = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';

/** What producers and receivers might send to break a page. */
const HOSTILE: Record<string, object> = {
  'hostile-script': {
    title: `${SCRIPT}"'>`,
    name: SCRIPT,
    description: SCRIPT,
    runbook: SCRIPT,
    tags: [SCRIPT],
  },
  'hostile-long': { title: 'x'.repeat(10_000), name: 'y'.repeat(10_000), description: 'z'.repeat(10_000) },
  'hostile-words': { title: 'many words '.repeat(1_000) },
  'hostile-direction': { title: '\u202Eright to left\u202D שלום עולם مرحبا', name: '\u2066\u202E' },
  'hostile-emoji': { title: '👩‍👩‍👧‍👦🔥'.repeat(300), tags: ['😀'.repeat(500)] },
  'hostile-control': { title: 'a\u0000b\u0007c\u001b[31md\u0085e', description: '\u0000' },
};

let storage: TestStorage;
let tocsin: Tocsin;
let receiver: Receiver;
let browser: Browser;
let destinationId: string;

beforeAll(async () => {
  storage = await createStorage('redis');
  receiver = await createReceiver({
    script: () => ({
      status: 500,
      body: SCRIPT.repeat(50),
      headers: { 'content-type': 'text/html', 'x-a': SCRIPT },
    }),
  });
  [tocsin, browser] = await Promise.all([startTocsin(storage.env), openBrowser()]);
  const created = await tocsin.api('POST', '/v1/destinations', {
    displayName: SCRIPT.slice(0, 100),
    url: `${receiver.url}/hook?${encodeURIComponent(SCRIPT)}`,
    retry: { maxRetries: 1 },
    headers: [{ name: 'X-Script', value: SCRIPT }],
    signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  });
  expect(created.status).toBe(201);
  destinationId = created.body.id;
  const alerts = Object.entries(HOSTILE).map(([alertId, alert]) => ({ ...ALERT, alertId, ...alert }));
  expect((await tocsin.api('POST', '/v1/alerts', alerts)).body.accepted).toBe(alerts.length);
  await waitFor(
    async () => (await tocsin.api('GET', '/v1/deliveries?status=failed')).body.items.length >= alerts.length,
  );
});

afterAll(async () => {
  await browser?.close();
  await tocsin?.process.stop();
  await receiver?.close();
  await storage?.remove();
});

/** Each page, with its heading. */
const pages = (): [path: string, heading: RegExp | string][] => [
  ['/', 'Overview'],
  ['/alerts', 'Alerts'],
  ['/alerts?q=nothing-has-this', 'Alerts'],
  ...Object.keys(HOSTILE).map((alertId): [string, RegExp] => [`/alerts/${alertId}`, /./]),
  ['/alerts/there-is-none', /./],
  ['/deliveries', 'Deliveries'],
  ['/deliveries?view=retrying', 'Deliveries'],
  ['/destinations', 'Destinations'],
  ['/destinations/new', 'Add destination'],
  ['/destinations/new?type=webhook', 'Add destination'],
  [`/destinations/new?added=${destinationId}`, 'Add destination'],
  [`/destinations/${destinationId}`, /./],
  ['/routing', 'Routing preview'],
  ['/api-keys', 'API keys'],
  ['/audit-log', 'Audit log'],
  // What anybody may write into an address.
  ['/?range=%00&destinationId=%3Cscript%3E', 'Overview'],
  ['/alerts?q=%25%25&severity=WORST&last=toString&since=soon', 'Alerts'],
  ['/alerts/%00', /./],
  ['/deliveries?view=none&since=soon&destinationId=x', 'Deliveries'],
  ['/destinations?q=%00&state=none', 'Destinations'],
  ['/destinations/x', /./],
  ['/destinations/new?type=webhook&from=x', 'Add destination'],
  ['/destinations/new?added=x', 'Add destination'],
  ['/nothing/here', /./],
];

async function visit(page: Page, path: string, heading: RegExp | string): Promise<void> {
  await page.goto(path);
  await page
    .getByRole('heading', { level: 1, name: heading })
    .or(page.getByRole('heading').first())
    .first()
    .waitFor();
  // Skeletons have given way to what they stood for.
  await page.waitForFunction(() => document.querySelector('.mantine-Skeleton-root[data-visible]') === null);
}

describe.each([
  ['on a desk, in the light', { width: 1280, height: 900 }, 'light'],
  ['on a phone, in the dark', { width: 360, height: 740 }, 'dark'],
] as const)('every page %s', (_, viewport, colorScheme) => {
  let tab: Tab;

  beforeAll(async () => {
    tab = await openTab(browser, tocsin.url, { viewport, colorScheme });
    await tab.page.goto('/login');
    expect(await seriousViolations(tab.page)).toEqual([]);
    await signIn(tab.page).catch(async () => {
      // The navigation of a phone stands behind a button.
      await tab.page.getByRole('button', { name: 'Open the menu' }).waitFor();
    });
  });

  afterAll(() => tab?.close());

  test('is accessible, as wide as its window, and shows hostile data as text', async () => {
    for (const [path, heading] of pages()) {
      await visit(tab.page, path, heading);
      expect({ path, violations: await seriousViolations(tab.page) }).toEqual({ path, violations: [] });
      expect({ path, overflow: await overflow(tab.page) }).toEqual({ path, overflow: 0 });
    }
    expect(await tab.page.evaluate(() => (globalThis as any).pwned)).toBeUndefined();
    expect(tab.faults).toEqual([]);
  });

  test('keeps markup in a title and in an answer visible as what it is', async () => {
    await tab.page.goto('/alerts/hostile-script');
    await tab.page.getByRole('heading', { level: 1 }).getByText('<script>', { exact: false }).waitFor();
    const body = tab.page.getByRole('button', { name: 'Response body' }).first();
    await body.click();
    await tab.page.getByText('<script>globalThis.pwned=1</script>', { exact: false }).last().waitFor();
    expect(await tab.page.evaluate(() => (globalThis as any).pwned)).toBeUndefined();
  });
});

test('a thousand destinations stay usable', async () => {
  for (let n = 0; n < 1_000; n += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, m) =>
        tocsin.api('POST', '/v1/destinations', {
          displayName: `Destination ${String(n + m).padStart(4, '0')}`,
          url: `${receiver.url}/d/${n + m}`,
          severities: [],
        }),
      ),
    );
  }
  const { page, close } = await openTab(browser, tocsin.url);
  await signIn(page, '/destinations');
  await page.getByText('1,001 of 1,001').waitFor();
  // Only what is in sight is drawn.
  expect(await page.getByRole('link', { name: /^Destination \d{4}$/ }).count()).toBeLessThan(100);
  await page.getByLabel('Name or id').fill('0777');
  await page.getByText('1 of 1,001').waitFor();
  await page.getByRole('link', { name: 'Destination 0777' }).click();
  await page.getByRole('heading', { level: 1, name: 'Destination 0777' }).waitFor();
  await close();
});
