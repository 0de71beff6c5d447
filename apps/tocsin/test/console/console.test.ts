import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import pg from 'pg';
import { ADMIN_KEY } from '../tocsin-process.ts';
import { signIn } from './browser.ts';
import { ALERT, setUpConsole } from './console-scene.ts';

/** A path `/fail/<k>` answers 500 to the first k requests of a delivery. */
const failFirst = ({ path }: { path: string }, earlier: number) => {
  const times = Number(/^\/fail\/(\d+)/.exec(path)?.[1] ?? 0);
  return earlier < times ? { status: 500, body: 'not today' } : { status: 200, body: 'taken' };
};

const scene = setUpConsole({ script: failFirst });

const addDestination = async (displayName: string, path: string, settings: object = {}) => {
  const url = `${scene.receiver.url}${path}`;
  const { status, body } = await scene.tocsin.api('POST', '/v1/destinations', {
    displayName,
    url,
    severities: [],
    // Not the alerts about what fails here, which come when they come.
    alertTypes: ['RULE'],
    ...settings,
  });
  expect(status).toBe(201);
  return body.id as string;
};

const sendAlert = async (alert: object) => {
  expect((await scene.tocsin.api('POST', '/v1/alerts', { ...ALERT, ...alert })).status).toBe(202);
};

const statusOf = async (alertId: string) =>
  (await scene.tocsin.api('GET', `/v1/alerts/${alertId}`)).body.status;

describe('signing in', () => {
  test('is refused with a wrong key, and leads on to what was asked for with the right one', async () => {
    await scene.page.goto('/alerts?severity=HIGH');
    await scene.page.getByLabel('API key').fill('tcs_admin_this-is-not-the-right-secret');
    await scene.page.getByRole('button', { name: 'Sign in' }).click();
    await scene.page.getByRole('alert').getByText('This key is not known, or was revoked').waitFor();
    await scene.page.getByLabel('API key').fill(ADMIN_KEY);
    await scene.page.getByRole('button', { name: 'Sign in' }).click();
    await scene.page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor();
    expect(new URL(scene.page.url()).pathname + new URL(scene.page.url()).search).toBe(
      '/alerts?severity=HIGH',
    );
    const [cookie] = await scene.page.context().cookies();
    expect(cookie).toMatchObject({ name: 'tocsin_session', httpOnly: true, sameSite: 'Strict' });
    // The key itself is nowhere in the browser.
    const kept = await scene.page.evaluate(() =>
      JSON.stringify([localStorage, sessionStorage, document.cookie]),
    );
    expect(kept).not.toContain('tcs_');
  });

  test('is over when the session has ended, says so, and goes on where it was', async () => {
    await signIn(scene.page, '/destinations');
    await scene.page.getByRole('heading', { level: 1, name: 'Destinations' }).waitFor();
    const client = new pg.Client({ connectionString: scene.storage.env.DATABASE_URL });
    await client.connect();
    await client.query(`UPDATE sessions SET expires_at = now() - interval '1 second'`);
    await client.end();
    await scene.page.getByRole('status').getByText('Your session has ended').waitFor();
    await scene.page.getByLabel('API key').fill(ADMIN_KEY);
    await scene.page.getByRole('button', { name: 'Sign in' }).click();
    await scene.page.getByRole('heading', { level: 1, name: 'Destinations' }).waitFor();
  });

  test('ends with signing out', async () => {
    await signIn(scene.page);
    await scene.page.getByRole('banner').getByRole('button', { name: /admin/i }).click();
    await scene.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await scene.page.getByRole('heading', { name: 'Sign in to Tocsin' }).waitFor();
    expect(await scene.page.evaluate(async () => (await fetch('/v1/session')).status)).toBe(401);
  });
});

describe('a newcomer', () => {
  test('sends a sample alert from the empty page, and lands on it', async () => {
    await signIn(scene.page);
    await scene.page.getByRole('heading', { name: 'No alerts have arrived yet' }).waitFor();
    await scene.page.getByRole('button', { name: 'Send a sample alert' }).click();
    await scene.page.getByRole('heading', { level: 1, name: /sample alert/i }).waitFor();
    expect(new URL(scene.page.url()).pathname).toMatch(/^\/alerts\/.+/);
  });
});

describe('a destination', () => {
  test('is added in its steps, tested, and finished', async () => {
    await signIn(scene.page, '/destinations/new');
    await scene.page.getByRole('link', { name: 'Custom Webhook' }).click();
    await scene.page.getByRole('button', { name: 'Add Destination' }).click();
    await scene.page.getByText('Enter', { exact: false }).first().waitFor();
    await scene.page.getByLabel('Display Name').fill('Pager of the night');
    await scene.page.getByRole('textbox', { name: 'URL' }).fill('http://10.0.0.1/hook');
    await scene.page.getByRole('button', { name: 'Add Destination' }).click();
    // The API's own refusal stands at the field.
    const url = scene.page.getByRole('textbox', { name: 'URL' });
    await scene.page.locator(`#${await url.getAttribute('id')}[aria-invalid="true"]`).waitFor();
    await url.fill(`${scene.receiver.url}/pager`);
    await scene.page.getByRole('button', { name: 'Add Destination' }).click();

    await scene.page.getByRole('heading', { name: 'Destination added' }).waitFor();
    await scene.page.getByRole('button', { name: 'Send Test Alert' }).click();
    await scene.page.getByText('taken').first().waitFor();
    const [test] = scene.receiver.requests.filter(({ path }) => path === '/pager');
    expect(JSON.parse(test?.body.toString() ?? '')).toMatchObject({ alertId: 'Test.Alert', tags: ['test'] });

    await scene.page.getByRole('link', { name: 'Finish Setup' }).click();
    await scene.page.getByRole('heading', { level: 1, name: 'Pager of the night' }).waitFor();
    const { body } = await scene.tocsin.api('GET', '/v1/destinations');
    expect(body.items.map(({ displayName }: any) => displayName)).toContain('Pager of the night');
  });

  test('is paused, gets alerts that wait, and delivers them once it is resumed', async () => {
    const id = await addDestination('Under repair', '/repair');
    await signIn(scene.page, `/destinations/${id}`);
    await scene.page.getByRole('button', { name: 'Pause Under repair' }).click();
    await scene.page.getByText('its deliveries wait until it is resumed').waitFor();
    await sendAlert({ alertId: 'repair-1', destinations: ['Under repair'] });
    await waitFor(
      async () => (await scene.tocsin.api('GET', `/v1/destinations/${id}`)).body.health.undelivered === 1,
    );
    const { body } = await scene.tocsin.api('GET', `/v1/deliveries?destinationId=${id}`);
    expect(body.items).toMatchObject([
      { status: 'pending', waitingFor: 'destination_paused', attemptCount: 0 },
    ]);
    expect(scene.receiver.requests.filter(({ path }) => path === '/repair')).toEqual([]);
    await scene.page.goto('/destinations?q=repair&state=paused');
    await scene.page.getByRole('button', { name: 'Resume Under repair' }).click();
    await waitFor(async () => scene.receiver.requests.some(({ path }) => path === '/repair'));
  });

  test('is deleted only after it was said what that cancels', async () => {
    const id = await addDestination('Short-lived', '/short');
    await signIn(scene.page, `/destinations/${id}`);
    await scene.page.getByRole('button', { name: 'Delete' }).click();
    const dialog = scene.page.getByRole('dialog');
    await dialog
      .getByText(/open deliver|nothing/i)
      .first()
      .waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await scene.page.getByRole('heading', { level: 1, name: 'Destinations' }).waitFor();
    expect((await scene.tocsin.api('GET', `/v1/destinations/${id}`)).status).toBe(404);
  });
});

describe('alerts', () => {
  test('arrive in the list while it is looked at', async () => {
    await signIn(scene.page, '/alerts');
    await scene.page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor();
    await sendAlert({ alertId: 'live-1', title: 'It has just come in' });
    await scene.page.getByRole('link', { name: 'It has just come in' }).waitFor();
  });

  test('are found by a part of their title, and the search is in the URL', async () => {
    await sendAlert({ alertId: 'needle-1', title: 'A needle in the haystack' });
    await sendAlert({ alertId: 'hay-1', title: 'Only hay' });
    await signIn(scene.page, '/alerts');
    await scene.page.getByLabel('Search').fill('needle');
    await scene.page.getByRole('link', { name: 'Only hay' }).waitFor({ state: 'detached' });
    await scene.page.getByRole('link', { name: 'A needle in the haystack' }).waitFor();
    await waitFor(() => scene.page.url().includes('q=needle'));
    await scene.page.reload();
    await scene.page.getByRole('link', { name: 'A needle in the haystack' }).click();
    await scene.page.getByRole('heading', { level: 1, name: 'A needle in the haystack' }).waitFor();
  });

  test('whose delivery fails show every attempt, and are resent from their page', async () => {
    await addDestination('Fragile', '/fail/3?page', { retry: { maxRetries: 2, baseDelayMs: 10 } });
    await sendAlert({ alertId: 'fragile-1', title: 'Goes to a fragile one', destinations: ['Fragile'] });
    await waitFor(async () => (await statusOf('fragile-1')) === 'failed');
    await signIn(scene.page, '/alerts/fragile-1');
    const panel = scene.page.getByRole('region', { name: 'Fragile' });
    await panel.getByText('Failed', { exact: true }).waitFor();
    expect(await panel.getByText('500').count()).toBeGreaterThanOrEqual(3);
    await panel.getByRole('button', { name: 'Resend' }).click();
    await panel.getByText('Succeeded', { exact: true }).waitFor();
    await panel.getByRole('list', { name: 'Attempts of round 2' }).waitFor();
    expect(await statusOf('fragile-1')).toBe('succeeded');
  });

  test('that are retried say when, and then that they succeeded', async () => {
    await addDestination('Slow to wake', '/fail/1?wake', {
      retry: { baseDelayMs: 3_000, maxDelayMs: 3_000 },
    });
    await sendAlert({ alertId: 'wake-1', title: 'Is retried', destinations: ['Slow to wake'] });
    await signIn(scene.page, '/alerts/wake-1');
    const panel = scene.page.getByRole('region', { name: 'Slow to wake' });
    await panel.getByText('Succeeded', { exact: true }).waitFor();
    expect(await panel.getByRole('list', { name: 'Attempts of round 1' }).getByRole('listitem').count()).toBe(
      2,
    );
  });
});

describe('many deliveries', () => {
  test('are resent at once, each once, also when the button is pressed twice', async () => {
    const id = await addDestination('Was down', '/fail/1?down', { retry: { maxRetries: 0 } });
    const alertIds = Array.from({ length: 25 }, (_, n) => `down-${n}`);
    for (const alertId of alertIds) await sendAlert({ alertId, destinations: ['Was down'] });
    const failed = async () =>
      (await scene.tocsin.api('GET', `/v1/deliveries?status=failed&destinationId=${id}&limit=100`)).body.items
        .length;
    await waitFor(async () => (await failed()) === 25);

    await signIn(scene.page, `/deliveries?destinationId=${id}`);
    await scene.page.getByRole('button', { name: 'Resend many…' }).click();
    const dialog = scene.page.getByRole('dialog');
    await dialog.getByText('25 deliveries match.').waitFor();
    const reasons = dialog.getByRole('combobox', { name: 'Reason of the last failure' });
    await reasons.click();
    await scene.page.getByRole('option', { name: 'The host name could not be resolved' }).click();
    await dialog.getByText('0 deliveries match.').waitFor();
    await scene.page.getByRole('option', { name: 'The destination answered with an error' }).click();
    await dialog.getByText('25 deliveries match.').waitFor();
    await reasons.blur();
    await dialog.getByRole('button', { name: 'Resend 25' }).dblclick();
    const resends = scene.page.getByRole('region', { name: 'Bulk resends' });
    await resends.getByText('Resent 25 of 25: 25 succeeded, 0 in progress, 0 failed').waitFor();
    await resends.getByText('failed (dns, http_status)').waitFor();
    await waitFor(async () => (await failed()) === 0);
    const arrived = scene.receiver.requests.filter(({ path }) => path === '/fail/1?down');
    expect(arrived).toHaveLength(50);
  });
});

describe('alerts that a destination lacks', () => {
  test('are counted with the oldest and the critical ones, and then sent, each once', async () => {
    const id = await addDestination('Was disabled', '/lacking', { enabled: false });
    for (const [n, severity] of ['CRITICAL', 'LOW', 'CRITICAL'].entries()) {
      await sendAlert({ alertId: `lacking-${n}`, severity, destinations: ['Was disabled'] });
      await waitFor(async () => (await statusOf(`lacking-${n}`)) === 'unrouted');
    }
    await scene.tocsin.api('PATCH', `/v1/destinations/${id}`, { enabled: true });

    await signIn(scene.page, '/deliveries');
    await scene.page.getByRole('button', { name: 'Resend many…' }).click();
    const dialog = scene.page.getByRole('dialog');
    await dialog.getByText('Alerts that a destination lacks').click();
    await dialog.getByText('Choose a destination and a time range.').waitFor();
    expect(await dialog.getByRole('combobox', { name: 'Reason of the last failure' }).count()).toBe(0);
    await dialog.getByRole('combobox', { name: 'Destination' }).click();
    await scene.page.getByRole('option', { name: 'Was disabled' }).click();
    await dialog.getByText(/^3 alerts are missing, the oldest received .+; 2 are CRITICAL\.$/).waitFor();
    await dialog.getByRole('button', { name: 'Send 3' }).dblclick();
    const resends = scene.page.getByRole('region', { name: 'Bulk resends' });
    await resends.getByText('Resent 3 of 3: 3 succeeded, 0 in progress, 0 failed').waitFor();
    await resends.getByText('Missing; destination: Was disabled; received:').waitFor();
    expect(scene.receiver.requests.filter(({ path }) => path === '/lacking')).toHaveLength(3);
  });
});

describe('the overview', () => {
  test('tells what happened, and stays below 350 KiB with gzip when it is first loaded', async () => {
    await signIn(scene.page, '/alerts');
    await sendAlert({ alertId: 'seen-1', destinations: [] });
    await scene.page.goto('/', { waitUntil: 'networkidle' }).catch(() => undefined);
    const accepted = scene.page.getByRole('region', { name: 'Accepted' });
    await accepted.getByText(/^[1-9]/).waitFor();
    await scene.page.getByRole('heading', { name: 'Time from acceptance to success' }).waitFor();
    const urls = await scene.page.evaluate(() => {
      const loaded = performance.getEntries().filter((entry) => entry instanceof PerformanceResourceTiming);
      return loaded.filter(({ initiatorType }) => initiatorType !== 'fetch').map(({ name }) => name);
    });
    const files = await Promise.all(urls.map(async (url) => (await fetch(url)).arrayBuffer()));
    const total = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
    expect(files.length).toBeGreaterThan(3);
    expect(total / 1024).toBeLessThanOrEqual(350);
  });
});

describe('where an alert would go', () => {
  test('is shown in words, with a reason for every other destination', async () => {
    await addDestination('Takes what is critical', '/critical', { severities: ['CRITICAL'] });
    await addDestination('Takes policies', '/policy', { severities: ['CRITICAL'], alertTypes: ['POLICY'] });
    await signIn(scene.page, '/routing');
    await scene.page.getByRole('button', { name: 'Show the decision' }).click();
    const decision = scene.page.getByRole('region', { name: 'The decision' });
    await decision.getByRole('link', { name: 'Takes what is critical' }).waitFor();
    await decision.getByText('The alert types do not include RULE').waitFor();
  });
});

describe('an API key', () => {
  test('is made, shown once, and revoked', async () => {
    await signIn(scene.page, '/api-keys');
    await scene.page.getByRole('button', { name: 'Create a key' }).click();
    await scene.page.getByLabel('Name').fill('a program');
    await scene.page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    const shown = await scene.page.getByRole('region', { name: 'the API key' }).textContent();
    expect(shown).toMatch(/^tcs_/);
    await scene.page.getByRole('button', { name: 'I have copied it' }).click();
    await scene.page.getByRole('button', { name: 'Revoke a program' }).click();
    await scene.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await scene.page.getByRole('button', { name: 'Revoke a program' }).waitFor({ state: 'detached' });
    await scene.page.goto('/audit-log');
    await scene.page.getByText('Api key: revoked').first().waitFor();
  });
});
