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
  /** Whether the order holds over all of these together, not only within each destination. */
  overall?: boolean;
  /** Retries that were made due while their jobs held a slot: they keep it, whatever else waits. */
  keepSlot?: Delivery[];
}

/**
 * Follows what the system dispatched, in its order. Between equals it may choose; it may never overtake, use a slot that
 * is not free, or leave one empty.
 */
export function follow(model: Model, jobs: Job[], options: Dispatch): void {
  const keepSlot = new Set(options.keepSlot);
  const required = new Set(options.destinationIds);
  if (!options.hasRoom) expect(jobs).toEqual([]);
  for (const job of jobs) {
    const delivery = model.deliveries.get(job.deliveryId) as Delivery;
    if (!keepSlot.delete(delivery))
      expectNotToOvertake(model, delivery, options.overall ? required : new Set());
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
  if (!options.hasRoom) return;
  const left = [...model.deliveries.values()].filter(
    (delivery) => required.has(delivery.destinationId) && isCandidate(model, delivery),
  );
  expect({ dueWithAFreeSlotAndLeft: left }).toEqual({ dueWithAFreeSlotAndLeft: [] });
}

function expectNotToOvertake(model: Model, delivery: Delivery, together: Set<string>): void {
  expect({ dispatched: delivery, mayBe: isCandidate(model, delivery) }).toMatchObject({ mayBe: true });
  const overtaken = [...model.deliveries.values()].filter(
    (other) =>
      (together.has(other.destinationId) || other.destinationId === delivery.destinationId) &&
      isCandidate(model, other) &&
      compareUrgency(other, delivery) < 0,
  );
  expect({ dispatched: delivery, overtaken }).toEqual({ dispatched: delivery, overtaken: [] });
}
