import { expect } from '@jest/globals';
import { type Delivery, destinationOf, freeSlots, LEASE_MS, type Model } from './model.ts';

/** A job as the system made it. */
export interface Job {
  deliveryId: string;
  alertId: string;
  destinationId: string;
  round: number;
  dispatchNumber: number;
  severityRank: number;
  isRetry: boolean;
  attemptsMax: number;
}

/** Severity, then first attempts before retries, then age. Below zero where `a` comes first. */
function compareUrgency(a: Delivery, b: Delivery): number {
  return (
    a.severityRank - b.severityRank ||
    Number(a.attempts > 0) - Number(b.attempts > 0) ||
    (a.dueAt as number) - (b.dueAt as number)
  );
}

/** What may be dispatched: it waits, it is due, and its destination takes it. */
function isCandidate(model: Model, delivery: Delivery): boolean {
  return (
    delivery.queueState === 'waiting' &&
    (delivery.dueAt as number) <= model.now &&
    freeSlots(model, destinationOf(model, delivery)) > 0
  );
}

export interface Dispatch {
  hasRoom: boolean;
  /** Nothing due may be left waiting for these while they have a free slot. */
  destinationIds?: Iterable<string>;
  /** Retries that were made due while their jobs held a slot: they keep it, whatever else waits. */
  keepSlot?: Delivery[];
}

/**
 * Follows what the system dispatched. Between equals it may choose; it may never use a slot that is not free, leave one
 * empty, or prefer what is less urgent, but that half of the slots are for first attempts.
 */
export function followDispatch(model: Model, jobs: Job[], options: Dispatch): void {
  const keepSlot = new Set(options.keepSlot);
  const required = new Set(options.destinationIds);
  if (!options.hasRoom) expect(jobs).toEqual([]);
  const free = new Map([...model.destinations.values()].map((one) => [one.id, freeSlots(model, one)]));
  const chosen: Delivery[] = [];
  for (const job of jobs) {
    const delivery = model.deliveries.get(job.deliveryId) as Delivery;
    if (!keepSlot.delete(delivery)) {
      expect({ dispatched: delivery, mayBe: isCandidate(model, delivery) }).toMatchObject({ mayBe: true });
      chosen.push(delivery);
    }
    delivery.dispatchNumber += 1;
    expect(job).toMatchObject({
      alertId: delivery.alertId,
      destinationId: delivery.destinationId,
      round: delivery.round,
      dispatchNumber: delivery.dispatchNumber,
      severityRank: delivery.severityRank,
      isRetry: delivery.attempts > 0,
      attemptsMax: Math.max(1, destinationOf(model, delivery).maxRetries + 1 - delivery.attempts),
    });
    Object.assign(delivery, { queueState: 'queued', leaseUntil: model.now + LEASE_MS, updatedAt: model.now });
  }
  expect({ keptSlotsLeft: [...keepSlot] }).toEqual({ keptSlotsLeft: [] });
  for (const [destinationId, slots] of free)
    expectFairChoice(
      model,
      chosen.filter((delivery) => delivery.destinationId === destinationId),
      { destinationId, slots },
    );
  if (!options.hasRoom) return;
  const left = [...model.deliveries.values()].filter(
    (delivery) => required.has(delivery.destinationId) && isCandidate(model, delivery),
  );
  expect({ dueWithAFreeSlotAndLeft: left }).toEqual({ dueWithAFreeSlotAndLeft: [] });
}

const isFirst = ({ attempts }: Delivery): boolean => attempts === 0;

function expectFairChoice(
  model: Model,
  chosen: Delivery[],
  { destinationId, slots }: { destinationId: string; slots: number },
): void {
  const left = [...model.deliveries.values()].filter(
    (delivery) =>
      delivery.destinationId === destinationId &&
      delivery.queueState === 'waiting' &&
      (delivery.dueAt as number) <= model.now,
  );
  const firstAttempts = chosen.filter(isFirst).length;
  const isFair = (one: Delivery, other: Delivery) => {
    if (compareUrgency(one, other) <= 0) return true;
    // The half that is for first attempts.
    return isFirst(one) && !isFirst(other) && firstAttempts <= Math.ceil(slots / 2);
  };
  const overtaken = chosen.flatMap((one) =>
    left.filter((other) => !isFair(one, other)).map((other) => ({ dispatched: one, overtaken: other })),
  );
  expect(overtaken).toEqual([]);
  if (chosen.some((one) => !isFirst(one)) && left.some(isFirst))
    expect(firstAttempts).toBeGreaterThanOrEqual(Math.floor(slots / 2));
}
