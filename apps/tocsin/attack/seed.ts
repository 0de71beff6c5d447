import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scope } from '@tocsin/contract';
import { waitFor } from '@tocsin/testkit';
import { ADMIN_KEY } from '../harness/service-settings.ts';
import type { Installation } from './system/installation.ts';
import { FAN_OUT } from './watch/victim.ts';

const LARGE_ALERTS = 40;
const FAILING_ALERTS = 300;
const BATCH = 500;

const SCOPES = ['alerts:write', 'alerts:read', 'destinations:write', 'deliveries:resend'] as const;

export interface Seeded {
  /** The victim's key, and one for each scope an attacker may have. */
  victimKey: string;
  keys: ReadonlyMap<Scope, string>;
  close(): Promise<void>;
}

type Api = (url: string, body: unknown) => Promise<unknown>;

const api: Api = async (url, body) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`POST ${new URL(url).pathname} was answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
};

/**
 * Keys, the victim's destinations (CRITICAL), one that fails with answers of 16 KiB (LOW), and alerts that are stored
 * already: some of 250 KB, some whose deliveries have failed, and small ones.
 *
 * @param alerts - how many small ones, which searches and lists have to look through
 */
export async function seed(
  { urls }: Installation,
  { receiverUrl, alerts }: { receiverUrl: string; alerts: number },
): Promise<Seeded> {
  const makeKey = async (name: string, scope: Scope) =>
    ((await api(`${urls.control}/v1/api-keys`, { name, scopes: [scope] })) as { key: string }).key;
  const keys = new Map<Scope, string>();
  for (const scope of SCOPES) keys.set(scope, await makeKey(`attacker ${scope}`, scope));
  const failing = await createFailingReceiver();
  const destination = (displayName: string, url: string, severity: string, retry = {}) =>
    api(`${urls.control}/v1/destinations`, { displayName, url, severities: [severity], ...retry });
  for (let n = 0; n < FAN_OUT; n += 1) await destination(`victim ${n}`, `${receiverUrl}/${n}`, 'CRITICAL');
  await destination('failing', failing.url, 'LOW', {
    retry: { maxRetries: 1, baseDelayMs: 10, factor: 1, maxDelayMs: 10 },
  });
  // Routing knows a new destination after a moment.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await storeAlerts(urls.ingest, alerts);
  await waitForFailures(urls.reads);
  return { victimKey: await makeKey('victim', 'alerts:write'), keys, close: failing.close };
}

const small = (n: number, severity: string) => ({
  ...{ alertId: `seed-${severity}-${n}`, id: 'Seeded.Rule', createdAt: '2026-07-01T07:57:12Z', severity },
  ...{ type: 'RULE', title: `Seeded alert number ${n} before the attack`, tags: ['seeded'] },
});

async function storeAlerts(ingestUrl: string, count: number): Promise<void> {
  const many = (length: number, make: (n: number) => object) => Array.from({ length }, (_, n) => make(n));
  const alerts = [...many(count, (n) => small(n, 'INFO')), ...many(FAILING_ALERTS, (n) => small(n, 'LOW'))];
  for (let from = 0; from < alerts.length; from += BATCH) {
    await api(`${ingestUrl}/v1/alerts`, alerts.slice(from, from + BATCH));
  }
  const text = 'x'.repeat(240_000);
  for (let n = 0; n < LARGE_ALERTS; n += 1) {
    await api(`${ingestUrl}/v1/alerts`, {
      ...small(n, 'INFO'),
      alertId: `seed-large-${n}`,
      alertContext: { text },
    });
  }
}

async function waitForFailures(readsUrl: string): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  await waitFor(
    async () => {
      const response = await fetch(`${readsUrl}/v1/deliveries?status=pending,retrying&limit=1`, { headers });
      return ((await response.json()) as { items: unknown[] }).items.length === 0;
    },
    { timeoutMs: 60_000, intervalMs: 500, describe: 'the deliveries that are to fail' },
  );
}

async function createFailingReceiver(): Promise<{ url: string; close(): Promise<void> }> {
  const answer = Buffer.alloc(16 * 1024, 'An answer of a receiver that fails. ');
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(400).end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
