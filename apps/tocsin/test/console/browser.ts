/// <reference lib="dom" />
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PATIENCE_MS } from '@tocsin/testkit';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ADMIN_KEY } from '../tocsin-process.ts';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const BUILT = path.resolve(import.meta.dirname, '../../../console/dist/index.html');

/** What keeps a browser for tests to itself: nothing but the pages that tests open. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @throws Error where the run was not provided with a browser, or the console is not built */
export async function openBrowser(): Promise<Browser> {
  const { CHROMIUM_PATH: executablePath, TOCSIN_TEST_CHROMIUM_PROBLEM: problem } = process.env;
  if (executablePath === undefined) throw new Error(problem ?? 'CHROMIUM_PATH is not set');
  if (!existsSync(BUILT)) throw new Error('The console is not built: run `npx --yes pnpm build` first.');
  return chromium.launch({ executablePath, headless: true, args: ARGUMENTS });
}

export interface Tab {
  page: Page;
  /** What the page's scripts said or threw that they should not have. */
  faults: string[];
  close(): Promise<void>;
}

/** A window of its own, without any cookie. */
export async function openTab(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`${error}`));
  page.on('console', (message) => {
    // An answer of 401 or 404 comes here too, and may be what a test is about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(message.text());
    }
  });
  return { page, faults, close: () => context.close() };
}

/** Signs in, with the admin key unless told, and waits until the page is there. */
export async function signIn(page: Page, where = '/', key = ADMIN_KEY): Promise<void> {
  await page.goto(`/login?next=${encodeURIComponent(where)}`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

interface Violation {
  id: string;
  impact: string;
  nodes: string[];
}

/** What axe finds on the page as it stands that is serious or worse: rules of WCAG 2.2 A and AA. */
export async function seriousViolations(page: Page): Promise<Violation[]> {
  // Not as a script of the page: its policy allows none that is not a file of its own.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as any).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return violations
      .filter(({ impact }: any) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }: any) => ({
        id,
        impact,
        nodes: nodes.map((node: any) => `${node.html.slice(0, 200)} ${node.failureSummary}`),
      }));
  });
}

/** How far the page is wider than its window; pixels. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
}
