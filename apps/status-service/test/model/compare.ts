import { expect } from '@jest/globals';
import {
  type BulkResend,
  type Counted,
  type Delivery,
  deliveriesTo,
  isOpen,
  type Model,
  nothingCounted,
} from './model.ts';
import type { System } from './system.ts';
import type { SystemState } from './system-state.ts';

/** Compares everything that is kept with what it should be; counts with recounts of the model's deliveries. */
export async function compareState(model: Model, system: System): Promise<void> {
  const state = await system.state();
  const deliveries = [...model.deliveries.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  expect(state.deliveries).toEqual(deliveries);
  expect(state.history).toEqual(Object.fromEntries(model.history));
  const planned = [...model.alerts.values()].filter(({ plan }) => plan !== null);
  expect(state.alerts).toEqual(Object.fromEntries(planned.map(({ id }) => [id, recountAlert(model, id)])));
  expect(state.outbox).toEqual(
    [...model.alerts.keys()].filter((id) => !planned.some((alert) => alert.id === id)).sort(),
  );
  const resends = [...model.resends.values()]
    .map(({ destinationId, statuses, requestedAt, began, cursor, ...progress }) => ({
      ...progress,
      cursor: cursor.split(' ')[1],
      ...recountRounds(model, began),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  expect(state.resends).toEqual(resends);
}

/** Compares what may be counted a moment after it is committed. */
export async function compareCounts(model: Model, system: System): Promise<void> {
  await system.settle();
  expect(await system.recount()).toBe(0);
  const { destinations } = await system.state();
  for (const { id, failuresInRow, counted } of model.destinations.values()) {
    const counts = destinations[id];
    const to = deliveriesTo(model, id);
    const inState = (state: Delivery['queueState']) =>
      to.filter(({ queueState }) => queueState === state).length;
    expect(counts).toEqual({
      waiting: inState('waiting'),
      queued: inState('queued'),
      delayed: inState('delayed'),
      succeeded: counted.succeeded,
      failed: counted.failed,
      failuresInRow,
      nextDueAt: counts?.nextDueAt,
    });
    expectNotTooLate(to, counts);
  }
  expect(await system.statistics()).toEqual(statisticsOf(model));
}

function expectNotTooLate(to: Delivery[], counts: SystemState['destinations'][string] | undefined): void {
  const waiting = to.filter(({ queueState }) => queueState === 'waiting').map(({ dueAt }) => dueAt as number);
  if (waiting.length === 0 || counts?.nextDueAt == null) return;
  expect(counts.nextDueAt).toBeLessThanOrEqual(Math.min(...waiting));
}

function recountAlert(model: Model, alertId: string) {
  const of = [...model.deliveries.values()].filter((delivery) => delivery.alertId === alertId);
  const inStatus = (status: Delivery['status']) => of.filter((delivery) => delivery.status === status).length;
  return {
    open: of.filter(isOpen).length,
    succeeded: inStatus('succeeded'),
    failed: inStatus('failed'),
    cancelled: inStatus('cancelled'),
  };
}

/** What became of rounds: of one that is over, its attempts say whether it was a success. */
function recountRounds({ deliveries, history }: Model, began: BulkResend['began']) {
  const successes = new Set(
    [...history]
      .filter(([, error]) => error === null)
      .map(([attempt]) => attempt.slice(0, attempt.lastIndexOf('.'))),
  );
  const succeeded = began.filter(({ deliveryId, round }) => successes.has(`${deliveryId} ${round}`)).length;
  const open = began.filter(({ deliveryId, round }) => {
    const delivery = deliveries.get(deliveryId);
    return delivery !== undefined && delivery.round === round && isOpen(delivery);
  }).length;
  return { succeeded, failed: began.length - succeeded - open };
}

function statisticsOf({ destinations, counted }: Model): Record<string, Counted> {
  const all = [
    ['all', counted] as const,
    ...[...destinations].map(([id, one]) => [id, one.counted] as const),
  ];
  const isSomething = ([, one]: (typeof all)[number]) => Object.values(one).some((n) => n > 0);
  return Object.fromEntries(
    all
      .filter(isSomething)
      .flatMap(([key, one]) =>
        [86_400, 3_600].map((width) => [`${key} ${width}`, { ...nothingCounted(), ...one }]),
      ),
  );
}
