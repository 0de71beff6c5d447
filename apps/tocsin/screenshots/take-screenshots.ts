/**
 * Takes the pictures of the console that the README shows, from the demo's own data: `pnpm screenshots`. It starts
 * `tocsin up --demo` on a folder of its own and a free port, and stops it. They are written to docs/images.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFreePort, provideChromium, startProcess, waitFor } from '@tocsin/testkit';
import { chromium, type Page } from 'playwright-core';

const ENTRY = path.resolve(import.meta.dirname, '../dist/main.js');
const FOLDER = path.resolve(import.meta.dirname, '../../../docs/images');
const SIZE = { width: 1280, height: 860 };

/** Each picture's name, and what is to be seen on it. */
const PICTURES: Record<string, (page: Page) => Promise<void>> = {
  overview: async (page) => {
    await page.goto('/?range=1h');
    await page.getByRole('heading', { name: 'By destination' }).waitFor();
  },
  alert: async (page) => {
    await page.goto('/alerts/demo-1');
    await page.getByRole('list', { name: 'Attempts of round 1' }).first().waitFor();
  },
  'add-destination': async (page) => {
    await page.goto('/destinations/new?type=webhook');
    await page.getByLabel('Display Name').fill('On-call pager');
    await page.getByRole('textbox', { name: 'URL' }).fill('https://pager.example.com/hooks/tocsin');
  },
};

const dataDir = mkdtempSync(path.join(tmpdir(), 'tocsin-screenshots-'));
const port = await findFreePort();
const url = `http://127.0.0.1:${port}`;
const [{ path: executablePath }, tocsin] = await Promise.all([
  provideChromium(),
  startProcess({
    entry: ENTRY,
    args: ['up', '--demo', '--port', `${port}`, '--data-dir', path.join(dataDir, '.tocsin')],
    env: {},
  }),
]);
try {
  await waitFor(() => tocsin.stdout().includes('It keeps serving'), {
    timeoutMs: 120_000,
    describe: () => `the demo to be over; it said ${tocsin.stderr().slice(-500)}`,
  });
  const key = readFileSync(path.join(dataDir, '.tocsin', 'admin-key'), 'utf8').trim();
  await takeAll(key);
} finally {
  await tocsin.stop({ timeoutMs: 40_000 });
  rmSync(dataDir, { recursive: true, force: true });
}

async function takeAll(key: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({ baseURL: url, viewport: SIZE, colorScheme: 'light' });
    await page.goto('/login');
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    for (const [name, show] of Object.entries(PICTURES)) {
      await show(page);
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
      process.stdout.write(`${path.join(FOLDER, `${name}.png`)}\n`);
    }
  } finally {
    await browser.close();
  }
}
