import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import { BACKENDS } from './backends.ts';
import { jobOf, type Routing, startRouting } from './routing.ts';
import { idOf } from './sample.ts';

describe.each(Object.keys(BACKENDS))('a router with its queues on %s', (backend) => {
  let routing: Routing;
  beforeAll(async () => {
    routing = await startRouting(backend);
    await routing.addDestination(1);
  });
  afterAll(() => routing.close());

  const planOf = (alertId: string) => routing.status.plans.get(alertId);
  const planned = (ids: string[]) => waitFor(() => ids.every((id) => planOf(id) !== undefined));
  /** A job ends after its deliveries were queued, so that nothing is on its way any more. */
  const settled = () =>
    waitFor(async () => {
      const [alerts] = await routing.producer.depths();
      return alerts?.active === 0 && alerts.waiting === 0 && alerts.delayed === 0;
    });
  const deliveriesQueued = async () => (await routing.producer.depths())[1]?.waiting ?? 0;

  test('routes every alert of its jobs, and queues the deliveries that were released', async () => {
    const ids = Array.from({ length: 450 }, (_, number) => `alert-${number}`);
    await routing.producer.enqueueAlerts([
      jobOf(ids.slice(0, 200)),
      jobOf(ids.slice(200, 400)),
      jobOf(ids.slice(400)),
    ]);
    await planned(ids);
    await waitFor(async () => (await deliveriesQueued()) === ids.length);
    expect(planOf('alert-7')?.decision).toEqual({
      rule: 'filters',
      destinationIds: [idOf(1)],
      skipped: [],
      notes: [],
    });
  });

  test('finds a destination that was made after its last look, by name and by id', async () => {
    await routing.addDestination(2);
    await routing.producer.enqueueAlerts([jobOf(['by-name'], { destinations: ['Destination 2'] })]);
    await planned(['by-name']);
    expect(planOf('by-name')?.decision).toMatchObject({ destinationIds: [idOf(2)], notes: [] });
    await routing.addDestination(3);
    await routing.producer.enqueueAlerts([jobOf(['by-id'], { outputIds: [idOf(3)] })]);
    await planned(['by-id']);
    expect(planOf('by-id')?.decision).toMatchObject({ rule: 'outputIds', destinationIds: [idOf(3)] });
  });

  test('spends no alert while the status service is unavailable', async () => {
    routing.status.failuresLeft = 2;
    const before = routing.status.calls;
    await routing.producer.enqueueAlerts([jobOf(['patient'])]);
    await planned(['patient']);
    expect(routing.status.calls).toBe(before + 3);
  });

  test('an alert that comes twice is queued once', async () => {
    await settled();
    const before = await deliveriesQueued();
    await routing.producer.enqueueAlerts([jobOf(['twice']), jobOf(['twice'])]);
    await planned(['twice']);
    await settled();
    expect(await deliveriesQueued()).toBe(before + (planOf('twice')?.decision.destinationIds.length ?? 0));
  });

  test('says how its dependencies are, and counts what it routed', async () => {
    expect(await routing.router.readiness()).toEqual({
      queues: 'ok',
      alertQueue: 'ok',
    });
    const text = await routing.metrics.registry.metrics();
    expect(text).toMatch(/tocsin_alerts_routed_total\{rule="filters",service="router"\} 45\d/);
  });
});
