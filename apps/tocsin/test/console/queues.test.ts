import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import {
  type Backend,
  createStorage,
  startTocsin,
  type TestStorage,
  type Tocsin,
} from '../tocsin-process.ts';
import { openBrowser, openTab, signIn } from './browser.ts';
import { ALERT } from './console-scene.ts';

let browser: Browser;
let storage: TestStorage;
let tocsin: Tocsin;

beforeAll(async () => {
  browser = await openBrowser();
});

afterEach(async () => {
  await tocsin?.process.stop();
  await storage?.remove();
});

afterAll(() => browser?.close());

describe('Bull Board', () => {
  test.each(['postgres', 'redis'] satisfies Backend[])(
    'shows the queues to a person who is signed in, and nothing to anybody else (%s)',
    async (backend) => {
      storage = await createStorage(backend);
      tocsin = await startTocsin(storage.env);
      for (const path of ['/queues', '/queues/', '/queues/api/queues', '/queues/static/js/index.js']) {
        const { status } = await fetch(`${tocsin.url}${path}`, { redirect: 'manual' });
        expect({ path, isAnswered: status >= 200 && status < 300 }).toEqual({ path, isAnswered: false });
      }
      const { page, faults, close } = await openTab(browser, tocsin.url);
      await page.goto('/queues');
      await page.getByRole('heading', { name: 'Sign in to Tocsin' }).waitFor();
      await signIn(page).catch(() => undefined);
      await page.goto('/queues');
      await page.getByText('deliveries-0').first().waitFor();
      await page.getByText('alerts').first().waitFor();
      await tocsin.api('POST', '/v1/alerts', { ...ALERT, destinations: [] });
      await page.goto('/queues/queue/alerts?status=completed');
      await page.locator('a[href*="/queue/alerts/"]').first().click();
      await page.getByText('"ids"').or(page.getByText('ids')).first().waitFor();
      // Its policy refuses nothing that the page has.
      expect(faults).toEqual([]);
      await close();
    },
  );

  test('says to a person whose key may not open it what the key lacks, and is not offered to them', async () => {
    storage = await createStorage('postgres');
    tocsin = await startTocsin(storage.env);
    const { body } = await tocsin.api('POST', '/v1/api-keys', {
      name: 'a producer',
      scopes: ['alerts:write'],
    });
    const { page, close } = await openTab(browser, tocsin.url);
    await signIn(page, '/', body.key);
    expect(await page.getByRole('link', { name: 'Queues' }).count()).toBe(0);
    await page.goto('/queues');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('The key lacks the scope alerts:read.').waitFor();
    await page.getByRole('link', { name: 'Go to the console' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await close();
  });
});
