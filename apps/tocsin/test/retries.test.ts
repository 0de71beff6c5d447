import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReceiver, hang, type Receiver, type Recorded, waitFor } from '@tocsin/testkit';
import { type Backend, createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

const ALERT = {
  id: 'Rule.One',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'One',
};

/** A path `/fail/<k>` answers 500 to the first k requests of a delivery. */
const failFirst = ({ path }: Recorded, earlier: number) => {
  const times = Number(/^\/fail\/(\d+)/.exec(path)?.[1] ?? 0);
  return earlier < times ? { status: 500, body: `no, ${earlier + 1}` } : { status: 200, body: 'yes' };
};

describe.each(['postgres', 'redis'] satisfies Backend[])('a receiver that fails (%s)', (backend) => {
  let storage: TestStorage;
  let receiver: Receiver;
  let tocsin: Tocsin;

  beforeAll(async () => {
    storage = await createStorage(backend);
    receiver = await createReceiver({ script: failFirst });
    tocsin = await startTocsin(storage.env);
  });

  afterAll(async () => {
    await tocsin?.process.stop();
    await receiver?.close();
    await storage?.remove();
  });

  const addDestination = async (name: string, path: string, settings: object = {}) => {
    const { status, body } = await tocsin.api('POST', '/v1/destinations', {
      displayName: name,
      url: `${receiver.url}${path}`,
      alertTypes: ['RULE'],
      severities: [],
      ...settings,
    });
    expect([status, body.code]).toEqual([201, undefined]);
    return body.id as string;
  };

  const sendTo = async (alertId: string, ...destinations: string[]) => {
    const { status } = await tocsin.api('POST', '/v1/alerts', { ...ALERT, alertId, destinations });
    expect(status).toBe(202);
  };

  const settled = (alertId: string) =>
    waitFor(
      async () => {
        const { body } = await tocsin.api('GET', `/v1/alerts/${alertId}`);
        return ['succeeded', 'failed', 'cancelled'].includes(body.status) && body;
      },
      { describe: `the alert ${alertId} to settle` },
    );

  // The first of all: the next notice would come ten minutes after that of another test.
  test('raises a SYSTEM_ERROR alert to the destinations that accept that type', async () => {
    receiver.respondWith(failFirst);
    await addDestination('system errors', '/system', {
      alertTypes: ['SYSTEM_ERROR'],
      severities: ['LOW'],
    });
    await addDestination('dies', '/fail/99', { retry: { maxRetries: 1 } });
    await sendTo('dies', 'dies');
    await settled('dies');
    const title = '1 delivery to “dies” failed';
    const about = () =>
      receiver.requests.filter(({ path, body }) => path === '/system' && body.includes(title));
    await waitFor(() => about().length > 0, { describe: 'the alert about the failure' });
    expect(JSON.parse(about()[0]?.body.toString() ?? '')).toMatchObject({
      type: 'SYSTEM_ERROR',
      id: 'Tocsin.Delivery.Failed',
      title,
    });
  });

  test('k times gets k + 1 attempts for k = 0..10; for k = 11 the delivery fails, and a resend succeeds', async () => {
    const ks = Array.from({ length: 12 }, (_, k) => k);
    for (const k of ks) await addDestination(`fails ${k} times`, `/fail/${k}`);
    await sendTo('retries', ...ks.map((k) => `fails ${k} times`));
    const { deliveries } = await settled('retries');
    const of = (k: number) => deliveries.find((one: any) => one.destinationName === `fails ${k} times`);
    for (const k of ks) {
      const { status, attempts, round, failureCode, nextAttemptAt } = of(k);
      const count = Math.min(k + 1, 11);
      expect({ k, status, round, failureCode, nextAttemptAt }).toEqual({
        k,
        status: k === 11 ? 'failed' : 'succeeded',
        round: 1,
        failureCode: k === 11 ? 'http_status' : null,
        nextAttemptAt: null,
      });
      expect(attempts.map((attempt: any) => [attempt.round, attempt.number, attempt.trigger])).toEqual(
        Array.from({ length: count }, (_, n) => [1, n + 1, 'auto']),
      );
      expect(attempts.map((attempt: any) => attempt.statusCode)).toEqual(
        Array.from({ length: count }, (_, n) => (n < k ? 500 : 200)),
      );
      expect(attempts[0].responseBody).toBe(k === 0 ? 'yes' : 'no, 1');
      const requests = receiver.requests.filter(({ path }) => path === `/fail/${k}`);
      expect(new Set(requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([of(k).id]));
      expect(requests).toHaveLength(count);
    }

    const resent = await tocsin.api('POST', `/v1/deliveries/${of(11).id}/resend`);
    expect(resent.status).toBe(202);
    expect(resent.body).toMatchObject({ round: 2, status: 'pending' });
    const after = (await settled('retries')).deliveries.find((one: any) => one.id === of(11).id);
    expect(after).toMatchObject({ status: 'succeeded', round: 2, failureCode: null });
    expect(after.attempts).toHaveLength(12);
    expect(after.attempts[11]).toMatchObject({ round: 2, number: 1, trigger: 'resend', statusCode: 200 });
  });

  test('leaves at least its delay between attempts, which grows', async () => {
    const retry = { baseDelayMs: 300, factor: 2, maxDelayMs: 5_000 };
    await addDestination('slow retries', '/fail/3?delays', { retry });
    await sendTo('delays', 'slow retries');
    await settled('delays');
    const times = receiver.requests
      .filter(({ path }) => path.endsWith('?delays'))
      .map(({ receivedAt }) => receivedAt);
    const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    expect(gaps).toHaveLength(3);
    gaps.forEach((gap, n) => {
      expect(gap).toBeGreaterThanOrEqual(0.8 * 300 * 2 ** n - 10);
    });
  });

  test('and asks to wait with Retry-After is waited for', async () => {
    let asked = 0;
    receiver.respondWith((request, earlier) => {
      if (!request.path.startsWith('/busy')) return failFirst(request, earlier);
      asked += 1;
      return asked === 1 ? { status: 429, headers: { 'retry-after': '2' } } : {};
    });
    await addDestination('busy', '/busy');
    await sendTo('busy', 'busy');
    await settled('busy');
    const [first, second] = receiver.requests.filter(({ path }) => path === '/busy');
    expect((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0)).toBeGreaterThanOrEqual(1_990);
  });

  test('by hanging is a timeout within the destination’s own deadline', async () => {
    receiver.respondWith((request, earlier) =>
      request.path === '/hang' ? hang() : failFirst(request, earlier),
    );
    await addDestination('hangs', '/hang', { timeoutMs: 1_000, retry: { maxRetries: 0 } });
    await sendTo('hangs', 'hangs');
    const { deliveries } = await settled('hangs');
    expect(deliveries[0]).toMatchObject({ status: 'failed', failureCode: 'timeout' });
    expect(deliveries[0].attempts).toHaveLength(1);
  });

  test('and is disabled gets nothing until it is enabled again', async () => {
    // The first answer is held back: its retry must not be due before the destination is disabled.
    const disabled = Promise.withResolvers<void>();
    receiver.respondWith(async (request, earlier) => {
      if (request.path === '/fail/1?paused' && earlier === 0) await disabled.promise;
      return failFirst(request, earlier);
    });
    const id = await addDestination('paused', '/fail/1?paused', { retry: { baseDelayMs: 200 } });
    const attempts = () => receiver.requests.filter(({ path }) => path === '/fail/1?paused').length;
    await sendTo('paused', 'paused');
    await waitFor(() => attempts() === 1);
    expect((await tocsin.api('PATCH', `/v1/destinations/${id}`, { enabled: false })).status).toBe(200);
    disabled.resolve();
    await waitFor(async () => (await tocsin.api('GET', `/v1/destinations/${id}`)).body.health.waiting === 1);
    const [{ id: deliveryId }] = (await tocsin.api('GET', '/v1/alerts/paused')).body.deliveries;
    expect((await tocsin.api('POST', `/v1/deliveries/${deliveryId}/resend`)).body.code).toBe(
      'destination_unavailable',
    );
    expect(attempts()).toBe(1);
    await tocsin.api('PATCH', `/v1/destinations/${id}`, { enabled: true });
    expect((await settled('paused')).deliveries[0]).toMatchObject({ status: 'succeeded', round: 1 });
    expect(attempts()).toBe(2);
  });

  test('and is deleted has its open deliveries cancelled, its history kept', async () => {
    const retry = { baseDelayMs: 60_000, maxDelayMs: 60_000 };
    const id = await addDestination('doomed', '/fail/9?doomed', { retry });
    await sendTo('doomed', 'doomed');
    const retryingAfter = (attempts: number) =>
      waitFor(async () => {
        const { body } = await tocsin.api('GET', '/v1/alerts/doomed');
        return body.deliveries?.find(
          (one: any) => one.status === 'retrying' && one.attempts.length === attempts,
        );
      });
    const delivery = await retryingAfter(1);
    // It waits for its retry, which a resend makes due now: the same round's second attempt.
    expect((await tocsin.api('POST', `/v1/deliveries/${delivery.id}/resend`)).status).toBe(202);
    expect(await retryingAfter(2)).toMatchObject({ id: delivery.id, round: 1 });
    expect((await tocsin.api('DELETE', `/v1/destinations/${id}`)).status).toBe(204);
    const alert = await settled('doomed');
    expect(alert).toMatchObject({
      status: 'cancelled',
      deliveries: [{ status: 'cancelled', attempts: [{ statusCode: 500 }, { statusCode: 500 }] }],
    });
    expect((await tocsin.api('POST', `/v1/deliveries/${delivery.id}/resend`)).body.code).toBe(
      'destination_unavailable',
    );
  });
});
