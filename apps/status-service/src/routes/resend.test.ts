import { expect, test } from '@jest/globals';
import pino from 'pino';
import { createResendRoutes } from './resend.ts';

const DELIVERY = {
  id: 'd1',
  alertId: 'a1',
  destinationId: 'r1',
  destinationName: 'On-call pager',
  alertTitle: 'never in the log',
  round: 2,
};

/** Sends again by one of the routes. @returns the lines of the log */
async function linesOf(endpoint: string, deliveryIds: string[]): Promise<object[]> {
  const lines: object[] = [];
  const place = { day: '2026-07-01', alertId: 'a1', destinationId: 'r1', routed: true };
  const routes = createResendRoutes({
    alerts: { locate: async () => place },
    deliveries: { locate: async () => place, find: async () => DELIVERY, summaries: async () => [] },
    resend: async () => deliveryIds,
  } as unknown as Parameters<typeof createResendRoutes>[0]);
  const route = routes.find(({ endpoint: { id } }) => id === endpoint);
  await route?.handle({
    params: { id: 'd1', alertId: 'a1' },
    body: {},
    principal: { keyId: 'k1', keyName: 'on-call', scopes: [] },
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  } as unknown as Parameters<typeof route.handle>[0]);
  return lines;
}

test('a resend is a line in the log with its names and who asked, and no title', async () => {
  const [line, ...others] = await linesOf('resendDelivery', ['d1']);
  expect(others).toEqual([]);
  const { alertTitle: _, id: deliveryId, ...names } = DELIVERY;
  expect(line).toMatchObject({ msg: 'delivery resent', deliveryId, ...names, resentBy: 'on-call (k1)' });
  expect(JSON.stringify(line)).not.toContain('never in the log');
});

test('that of an alert says how many deliveries it is, and is none where nothing was to be sent', async () => {
  expect(await linesOf('resendAlert', ['d1', 'd2'])).toMatchObject([
    { msg: 'alert resent', alertId: 'a1', deliveries: 2, resentBy: 'on-call (k1)' },
  ]);
  expect(await linesOf('resendAlert', [])).toEqual([]);
});
