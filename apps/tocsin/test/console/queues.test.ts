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
    'shows the queues to whoever is signed in, and nothing to anybody else (%s)',
    async (backend) => {
      storage = await createStorage(backend);
      tocsin = await startTocsin(storage.env);
      for (const path of ['/queues', '/queues/', '/queues/api/queues', '/queues/static/js/index.js']) {
        const { status } = await fetch(`${tocsin.url}${path}`, { redirect: 'manual' });
        expect({ path, isAnswered: status >= 200 && status < 300 }).toEqual({ path, isAnswered: false });
      }
      const { page, close } = await openTab(browser, tocsin.url);
      await page.goto('/queues');
      await page.getByRole('heading', { name: 'Sign in to Tocsin' }).waitFor();
      await signIn(page).catch(() => undefined);
      await page.goto('/queues');
      await page.getByText('deliveries-0').first().waitFor();
      await page.getByText('alerts').first().waitFor();
      await close();
    },
  );
});
