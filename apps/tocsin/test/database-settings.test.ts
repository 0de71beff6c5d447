import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { createReceiver, createTestDatabase, startProcess } from '@tocsin/testkit';
import { ENTRY, QUICK, startTocsin } from './tocsin-process.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function environment(options: Parameters<typeof createTestDatabase>[1]) {
  const home = await createTestDatabase('settings', options);
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-settings-'));
  closers.push(home.drop, () => rmSync(dataDir, { recursive: true, force: true }));
  return { DATABASE_URL: home.url, TOCSIN_DATA_DIR: dataDir };
}

test.each([
  ['German', `'Asia/Kolkata'`, 'postgres_verbose', '0'],
  ['SQL, DMY', `'America/New_York'`, 'iso_8601', '-15'],
  ['Postgres, YMD', `'Pacific/Chatham'`, 'sql_standard', '3'],
])(
  'a database with DateStyle %s delivers, and its pages hold',
  async (dateStyle, zone, intervals, digits) => {
    const settings = {
      DateStyle: `'${dateStyle}'`,
      TimeZone: zone,
      IntervalStyle: intervals,
      extra_float_digits: digits,
      bytea_output: 'escape',
      standard_conforming_strings: 'off',
      search_path: 'nowhere',
      default_transaction_isolation: 'serializable',
    };
    const receiver = await createReceiver();
    closers.push(receiver.close);
    const tocsin = await startTocsin(await environment({ settings }));
    closers.push(() => tocsin.process.stop());
    await tocsin.api('POST', '/v1/destinations', { displayName: 'Receiver', url: `${receiver.url}/hook` });
    const alerts = Array.from({ length: 5 }, (_, n) => ({
      id: 'Rule',
      createdAt: '2026-07-01T07:57:12Z',
      severity: 'HIGH',
      type: 'RULE',
      title: 'Überlauf 💥',
      alertId: `settings-${n}`,
    }));
    for (const alert of alerts) expect((await tocsin.api('POST', '/v1/alerts', alert)).status).toBe(202);
    await receiver.waitFor(alerts.length);
    for (const list of ['alerts', 'deliveries']) {
      const seen: string[] = [];
      for (let cursor = ''; ; ) {
        const { status, body } = await tocsin.api('GET', `/v1/${list}?limit=2${cursor}`);
        expect(status).toBe(200);
        seen.push(...body.items.map((item: { alertId: string }) => item.alertId));
        if (body.nextCursor === null || body.nextCursor === undefined) break;
        cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
      }
      expect(seen.toSorted()).toEqual(alerts.map(({ alertId }) => alertId));
    }
  },
);

test.each(['LATIN1', 'SQL_ASCII'])('a database in %s is refused on the terminal', async (encoding) => {
  const child = await startProcess({
    entry: ENTRY,
    args: ['up', '--port', '0'],
    env: { ...QUICK, ...(await environment({ encoding })) },
  });
  const { code } = await child.exited;
  expect(code).toBeGreaterThan(0);
  expect(child.stderr()).toContain(`encoding is ${encoding}`);
});
