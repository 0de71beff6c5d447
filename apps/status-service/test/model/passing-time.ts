import {
  type Alert,
  DAY,
  type Delivery,
  destinationOf,
  end,
  isOpen,
  LEASE_MS,
  letWait,
  MINUTE,
  type Model,
  SECOND,
} from './model.ts';

const open = (model: Model) => [...model.deliveries.values()].filter(isOpen);

/** Cancels what is open for destinations that are deleted, or were and came back. @returns how many */
export function cancelForDeleted(model: Model): number {
  const cancelled = open(model).filter((delivery) => {
    const { deleted, revivedAt } = destinationOf(model, delivery);
    const isOfOldLife = revivedAt !== null && delivery.roundStartedAt < revivedAt;
    return deleted || isOfOldLife;
  });
  for (const delivery of cancelled) end(model, delivery, 'cancelled');
  return cancelled.length;
}

/** How long a round has lasted, without the time in which its destination took no deliveries. */
function ageOf(model: Model, delivery: Delivery): number {
  const { turns } = destinationOf(model, delivery);
  const changes = [...turns.filter((at) => at > delivery.roundStartedAt), model.now];
  let took = (turns.length - changes.length + 1) % 2 === 0;
  let from = delivery.roundStartedAt;
  let age = 0;
  for (const at of changes) {
    if (took) age += at - from;
    took = !took;
    from = at;
  }
  return age;
}

/** Gives up on rounds that have lasted more than a week. @returns how many */
export function expire(model: Model): number {
  const expired = open(model).filter((delivery) => ageOf(model, delivery) > 7 * DAY);
  for (const delivery of expired) end(model, delivery, 'failed', { code: 'expired', reason: 'expired' });
  return expired.length;
}

/** When queues are known to have lost everything, every job is looked for at once. */
export function endLeases(model: Model): void {
  for (const delivery of model.deliveries.values())
    if (delivery.leaseUntil !== null) delivery.leaseUntil = Math.min(delivery.leaseUntil, model.now);
}

/** Looks for the jobs of leases that have run out: those that are gone are reclaimed. @returns how many */
export function reclaimLost(model: Model, isMissing: (delivery: Delivery) => boolean): number {
  const ranOut = [...model.deliveries.values()].filter(
    ({ leaseUntil }) => leaseUntil !== null && leaseUntil <= model.now,
  );
  for (const delivery of ranOut) {
    if (isMissing(delivery)) letWait(model, delivery);
    else {
      const dueForMs = model.now - (delivery.dueAt as number);
      delivery.leaseUntil = model.now + Math.min(Math.max(dueForMs, LEASE_MS), MINUTE);
    }
  }
  return ranOut.filter(({ queueState }) => queueState === 'waiting').length;
}

/** Gives the router the alerts that have no plan although they should. @returns their ids */
export function requeueAlerts(model: Model, everything: boolean): string[] {
  const isOwed = ({ receivedAt, enqueuedAt }: Alert) =>
    receivedAt < model.now - 10 * SECOND && (enqueuedAt === null || enqueuedAt < model.now - 30 * SECOND);
  const requeued = [...model.alerts.values()].filter(
    (alert) => alert.plan === null && (everything || isOwed(alert)),
  );
  for (const alert of requeued) alert.enqueuedAt = model.now;
  return requeued.map(({ id }) => id);
}

/**
 * The notice that is to be sent now: one for all failures that none has told of, three seconds after the first of them,
 * and ten minutes after the last notice. One that was not known to have arrived is sent again as it was.
 *
 * @returns failures by destination; null where none is to be sent
 */
export function noticeToSend(model: Model): Record<string, number> | null {
  if (model.noticeSending !== null) return model.noticeSending.failures;
  const isTooSoon = model.noticeTakenAt !== null && model.noticeTakenAt > model.now - 10 * MINUTE;
  const isOld = [...model.unreported.values()].some(
    ({ firstFailedAt }) => firstFailedAt <= model.now - 3 * SECOND,
  );
  if (isTooSoon || !isOld) return null;
  return Object.fromEntries([...model.unreported].map(([id, { count }]) => [id, count]));
}

/** Notes which notice told of the failures. */
export function takeNotice(model: Model, alertId: string, failures: Record<string, number>): void {
  if (model.noticeSending === null) {
    for (const destinationId of model.unreported.keys()) model.noticeOf.set(destinationId, alertId);
    model.unreported.clear();
    model.noticeTakenAt = model.now;
  }
  model.noticeSending = { alertId, failures };
}

/** A notice goes neither to a destination that it is about, nor to one that failed three times in a row. */
export function isSpared(model: Model, alertId: string, destinationId: string): boolean {
  if (!alertId.startsWith('tocsin.')) return false;
  return (
    model.noticeOf.get(destinationId) === alertId ||
    model.unreported.has(destinationId) ||
    (model.destinations.get(destinationId)?.failuresInRow ?? 0) >= 3
  );
}
