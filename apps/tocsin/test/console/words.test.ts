import { describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import { signIn } from './browser.ts';
import { ALERT, setUpConsole } from './console-scene.ts';

const scene = setUpConsole({ script: () => ({ status: 500, body: 'not today' }) });

const addDestination = async (displayName: string) => {
  const { status, body } = await scene.tocsin.api('POST', '/v1/destinations', {
    displayName,
    url: `${scene.receiver.url}/first`,
    severities: [],
    alertTypes: ['RULE'],
    retry: { maxRetries: 0 },
  });
  expect(status).toBe(201);
  return body.id as string;
};

/** An alert to these destinations, all of whose deliveries have failed. */
const failAt = async (alertId: string, destinations: string[]) => {
  expect((await scene.tocsin.api('POST', '/v1/alerts', { ...ALERT, alertId, destinations })).status).toBe(
    202,
  );
  await waitFor(
    async () => (await scene.tocsin.api('GET', `/v1/alerts/${alertId}`)).body.status === 'failed',
  );
};

describe('deliveries to a destination that is disabled or deleted', () => {
  test('offer no resend, and say why; the alert’s other failed deliveries are resent', async () => {
    const [, disabled, deleted] = [
      await addDestination('Stays'),
      await addDestination('Disabled one'),
      await addDestination('Deleted one'),
    ];
    await failAt('gone-1', ['Stays', 'Disabled one', 'Deleted one']);
    await scene.tocsin.api('PATCH', `/v1/destinations/${disabled}`, { enabled: false });
    await scene.tocsin.api('DELETE', `/v1/destinations/${deleted}`);
    await signIn(scene.page, '/deliveries?view=all');
    await scene.page.getByRole('button', { name: 'Resend to Stays' }).waitFor();
    await scene.page.getByText('Its destination was deleted, so it cannot be resent.').waitFor();
    await scene.page.getByText('Its destination is disabled: enable it to resend.').waitFor();
    expect(await scene.page.getByRole('button', { name: /^Resend to / }).count()).toBe(1);
    await scene.page.goto('/alerts/gone-1');
    await scene.page.getByRole('region', { name: 'Deleted one' }).getByText('was deleted').waitFor();
    await scene.page.getByRole('button', { name: 'Resend failed deliveries' }).click();
    await scene.page.getByText('Resend requested: the delivery to Stays is due now.').waitFor();
  });

  test('are named in a bulk resend', async () => {
    const id = await addDestination('Named after all');
    await failAt('named-1', ['Named after all']);
    const span = { since: '2026-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' };
    const asked = await scene.tocsin.api('POST', '/v1/resends', {
      destinationId: id,
      status: ['failed'],
      ...span,
    });
    expect(asked.status).toBe(202);
    await scene.tocsin.api('DELETE', `/v1/destinations/${id}`);
    await signIn(scene.page, '/deliveries');
    const resends = scene.page.getByRole('region', { name: 'Bulk resends' });
    await resends.getByText('Failed; destination: Named after all; received:').waitFor();
  });
});

test('the audit log says that the path of a URL became another, and not what it is', async () => {
  const id = await addDestination('Moves');
  await scene.tocsin.api('PATCH', `/v1/destinations/${id}`, { url: `${scene.receiver.url}/s3cr3t-path` });
  await signIn(scene.page, '/audit-log');
  await scene.page.getByText(`url: ${scene.receiver.url}, with another path`).waitFor();
  expect(await scene.page.getByRole('main').textContent()).not.toContain('s3cr3t-path');
});

test('the overview counts rounds that failed, and says so', async () => {
  await addDestination('Fails twice');
  await failAt('twice-1', ['Fails twice']);
  const before = (await scene.tocsin.api('GET', '/v1/stats')).body.totals.failed as number;
  await scene.tocsin.api('POST', '/v1/alerts/twice-1/resend');
  await waitFor(async () => (await scene.tocsin.api('GET', '/v1/stats')).body.totals.failed === before + 1);
  await signIn(scene.page);
  await scene.page
    .getByRole('region', { name: 'Failed rounds' })
    .getByText(String(before + 1), { exact: true })
    .waitFor();
});
