import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { createReceiver, type Receiver } from '@tocsin/testkit';
import type { Browser, Page } from 'playwright-core';
import { createStorage, startTocsin, type TestStorage, type Tocsin } from '../tocsin-process.ts';
import { openBrowser, openTab, type Tab } from './browser.ts';

/** An alert that needs no more than its id. */
export const ALERT = {
  id: 'Rule.One',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'One',
};

/** What a test of the console works with; there from its first hook on. */
export interface ConsoleScene {
  storage: TestStorage;
  tocsin: Tocsin;
  receiver: Receiver;
  /** A window of its own for each test. */
  page: Page;
}

/**
 * One Tocsin, one receiver and one browser for the tests of a file, opened and closed by hooks. A test fails where the
 * scripts of its page did.
 */
export function setUpConsole(receiving: Parameters<typeof createReceiver>[0] = {}): ConsoleScene {
  const scene = {} as ConsoleScene;
  let browser: Browser;
  let tab: Tab;

  beforeAll(async () => {
    scene.storage = await createStorage('postgres');
    scene.receiver = await createReceiver(receiving);
    [scene.tocsin, browser] = await Promise.all([startTocsin(scene.storage.env), openBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    await scene.tocsin?.process.stop();
    await scene.receiver?.close();
    await scene.storage?.remove();
  });

  beforeEach(async () => {
    tab = await openTab(browser, scene.tocsin.url);
    scene.page = tab.page;
  });

  afterEach(async () => {
    await tab.close();
    expect(tab.faults).toEqual([]);
  });

  return scene;
}
