import {
  type BulkResend,
  type Delivery,
  deliveriesTo,
  destinationOf,
  isOpen,
  letWait,
  type Model,
  SECOND,
  takesDeliveries,
} from './model.ts';

export type Refusal = 'destination_unavailable' | 'delivery_in_progress';

/** How a resend was taken: deliveries that keep the slot of the job they had, or why it was refused as a whole. */
export type Taken = { refused: Refusal } | { refused: null; keepSlot: Delivery[] };

/** Resends an alert to destinations: each delivery begins another round, or its retry is due now. */
export function sendAgain(
  model: Model,
  alertId: string,
  destinationIds: string[] | 'failed',
  options: { hasRoom: boolean; newId: (alertId: string, destinationId: string) => string },
): Taken {
  const alert = model.alerts.get(alertId) as { severityRank: number; isSystemError: boolean };
  const existing = [...model.deliveries.values()].filter(
    (one) =>
      one.alertId === alertId &&
      (destinationIds === 'failed' ? one.status === 'failed' : destinationIds.includes(one.destinationId)),
  );
  const ids = destinationIds === 'failed' ? existing.map((one) => one.destinationId) : destinationIds;
  const isAvailable = (id: string) => {
    const destination = model.destinations.get(id);
    return destination?.enabled === true && !destination.deleted;
  };
  if (!ids.every(isAvailable)) return { refused: 'destination_unavailable' };
  if (existing.some((one) => isUnderWay(model, one))) return { refused: 'delivery_in_progress' };
  const keepSlot = existing.flatMap((one) => {
    if (!isOpen(one)) {
      beginRound(model, one);
      return [];
    }
    return hurry(model, one, options.hasRoom);
  });
  for (const destinationId of ids.filter((id) => !existing.some((one) => one.destinationId === id))) {
    const id = options.newId(alertId, destinationId);
    const { severityRank, isSystemError } = alert;
    addDelivery(model, { id, alertId, destinationId, severityRank, isSystemError, trigger: 'resend' });
  }
  return { refused: null, keepSlot };
}

/** A retry that a queue or nobody has yet, and that is not to begin within a second, can still be brought forward. */
function isUnderWay(model: Model, delivery: Delivery): boolean {
  if (!isOpen(delivery)) return false;
  if (delivery.status === 'pending') return true;
  if (delivery.queueState === 'waiting') return false;
  return delivery.queueState === 'queued' || (delivery.dueAt as number) <= model.now;
}

function hurry(model: Model, delivery: Delivery, hasRoom: boolean): Delivery[] {
  const leftMs = (delivery.dueAt as number) - model.now;
  // Its own job begins it within a second.
  if (delivery.queueState === 'delayed' && leftMs <= SECOND) return [];
  const takes = takesDeliveries(destinationOf(model, delivery));
  const keepsSlot = delivery.queueState === 'delayed' && hasRoom && takes;
  letWait(model, delivery);
  Object.assign(delivery, { trigger: 'resend', dueAt: model.now });
  return keepsSlot ? [delivery] : [];
}

function beginRound(model: Model, delivery: Delivery): void {
  letWait(model, delivery);
  Object.assign(delivery, {
    status: 'pending',
    failureCode: null,
    round: delivery.round + 1,
    attempts: 0,
    trigger: 'resend',
    dueAt: model.now,
    roundStartedAt: model.now,
  });
}

/** A delivery that begins its first round: due now, and waiting until it is dispatched. */
export function addDelivery(
  model: Model,
  facts: Pick<Delivery, 'id' | 'alertId' | 'destinationId' | 'severityRank' | 'isSystemError' | 'trigger'>,
): void {
  model.deliveries.set(facts.id, {
    ...facts,
    status: 'pending',
    failureCode: null,
    round: 1,
    attempts: 0,
    queueState: 'waiting',
    dispatchNumber: 0,
    dueAt: model.now,
    leaseUntil: null,
    roundStartedAt: model.now,
    updatedAt: model.now,
  });
}

type Filter = Pick<BulkResend, 'destinationId' | 'statuses' | 'requestedAt'>;

/** What a bulk resend is for: what has been in one of the states since before the request, in order. */
export function matches(model: Model, { destinationId, statuses, requestedAt }: Filter): Delivery[] {
  const all = destinationId === null ? [...model.deliveries.values()] : deliveriesTo(model, destinationId);
  return all
    .filter(({ status, updatedAt }) => statuses.includes(status) && updatedAt <= requestedAt)
    .sort((a, b) => (placeOf(model, a) < placeOf(model, b) ? -1 : 1));
}

/** The place before every delivery. */
export const BEFORE_ALL = `${'0'.repeat(20)} 00000000-0000-0000-0000-000000000000`;

/** Where a delivery is in the order of a bulk resend: by receipt, and id. */
function placeOf(model: Model, { alertId, id }: Pick<Delivery, 'alertId' | 'id'>): string {
  return `${String(model.alerts.get(alertId)?.receivedAt).padStart(20, '0')} ${id}`;
}

/** The running bulk resend whose last step is longest ago. */
export function nextResend(model: Model): BulkResend | undefined {
  return [...model.resends.values()]
    .filter(({ state }) => state === 'running')
    .sort((a, b) => a.updatedAt - b.updatedAt)[0];
}

/** Begins the next rounds of a bulk resend. */
export function stepResend(model: Model, resend: BulkResend, size: number): void {
  const page = matches(model, resend)
    .filter((delivery) => placeOf(model, delivery) > resend.cursor)
    .slice(0, size);
  const reachable = page.filter((delivery) => {
    const { enabled, deleted } = destinationOf(model, delivery);
    return enabled && !deleted;
  });
  for (const delivery of reachable) {
    beginRound(model, delivery);
    resend.began.push({ deliveryId: delivery.id, round: delivery.round });
  }
  resend.resent += reachable.length;
  resend.skipped += page.length - reachable.length;
  const last = page.at(-1);
  if (last !== undefined) resend.cursor = placeOf(model, last);
  resend.updatedAt = model.now;
  if (page.length === size) return;
  resend.state = 'done';
  // What was requested and no longer matched when its turn came.
  resend.skipped = Math.max(resend.skipped, resend.matched - resend.resent);
}
