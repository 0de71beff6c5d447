/*
 * The transaction layer as its rules say, with nothing but lists and loops: what a delivery is, what it waits for, what
 * is due. Times are milliseconds since the sequence began. The rules are those of docs/ and ARCHITECTURE.md; nothing
 * here is copied from a statement.
 */

export type QueueState = 'idle' | 'waiting' | 'queued' | 'delayed';

export interface Delivery {
  id: string;
  alertId: string;
  destinationId: string;
  severityRank: number;
  isSystemError: boolean;
  status: 'pending' | 'retrying' | 'succeeded' | 'failed' | 'cancelled';
  failureCode: string | null;
  round: number;
  attempts: number;
  trigger: 'auto' | 'resend';
  queueState: QueueState;
  /** The number of its last dispatch: no two jobs of a delivery have the same. */
  dispatchNumber: number;
  dueAt: number | null;
  /** When its job is looked for, unless it has spoken by then. */
  leaseUntil: number | null;
  roundStartedAt: number;
  updatedAt: number;
}

export interface Destination {
  id: string;
  slots: number;
  /** How many may be queued, retries in their delay apart. How it follows from attempts is tested with `flow.ts`. */
  limit: number;
  isCircuitOpen: boolean;
  maxRetries: number;
  /** Before the first retry; each later one is three times as long. */
  baseDelayMs: number;
  enabled: boolean;
  paused: boolean;
  /** When it began and ended to take no deliveries, in turn. */
  turns: number[];
  deleted: boolean;
  revivedAt: number | null;
  failuresInRow: number;
  counted: Counted;
}

/** What the statistics say, of one destination or of all. */
export interface Counted {
  accepted: number;
  succeeded: number;
  failed: number;
  failedAttempts: number;
  /** Deliveries whose delay was measured: those of a first round that nobody hurried. */
  measured: number;
}

export interface Alert {
  id: string;
  severityRank: number;
  isSystemError: boolean;
  receivedAt: number;
  /** Where its first plan sent it; null until then. */
  plan: string[] | null;
  /** When it was last given to the router from the outbox. */
  enqueuedAt: number | null;
}

/** Failures of one destination that no notice has told of. */
export interface Unreported {
  count: number;
  lastError: string;
  firstFailedAt: number;
}

export interface BulkResend {
  id: string;
  destinationId: string | null;
  statuses: string[];
  requestedAt: number;
  updatedAt: number;
  state: 'running' | 'done' | 'cancelled';
  /** The place of the last delivery that was handled; it ends with that delivery's id. */
  cursor: string;
  matched: number;
  resent: number;
  skipped: number;
  /** The rounds that it began. */
  began: { deliveryId: string; round: number }[];
}

export interface Model {
  now: number;
  alerts: Map<string, Alert>;
  destinations: Map<string, Destination>;
  deliveries: Map<string, Delivery>;
  /** By delivery, round and number: the error's code; null for a success. */
  history: Map<string, string | null>;
  resends: Map<string, BulkResend>;
  counted: Counted;
  unreported: Map<string, Unreported>;
  /** The notice that told of a destination's failures last. */
  noticeOf: Map<string, string>;
  noticeTakenAt: number | null;
  /** The notice that is being sent: failures by destination. */
  noticeSending: { alertId: string; failures: Record<string, number> } | null;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const LEASE_MS = 15 * SECOND;

export const nothingCounted = (): Counted => ({
  accepted: 0,
  succeeded: 0,
  failed: 0,
  failedAttempts: 0,
  measured: 0,
});

export function createModel(
  destinations: Pick<Destination, 'id' | 'slots' | 'maxRetries' | 'baseDelayMs'>[],
): Model {
  const fresh = () => ({
    enabled: true,
    paused: false,
    turns: [],
    deleted: false,
    revivedAt: null,
    failuresInRow: 0,
    limit: 0,
    isCircuitOpen: false,
  });
  return {
    now: 0,
    alerts: new Map(),
    destinations: new Map(
      destinations.map((one) => [one.id, { ...one, ...fresh(), counted: nothingCounted() }]),
    ),
    deliveries: new Map(),
    history: new Map(),
    resends: new Map(),
    counted: nothingCounted(),
    unreported: new Map(),
    noticeOf: new Map(),
    noticeTakenAt: null,
    noticeSending: null,
  };
}

export const isOpen = ({ status }: Delivery): boolean => status === 'pending' || status === 'retrying';

export function destinationOf(model: Model, { destinationId }: Delivery): Destination {
  return model.destinations.get(destinationId) as Destination;
}

export const deliveriesTo = (model: Model, destinationId: string): Delivery[] =>
  [...model.deliveries.values()].filter((delivery) => delivery.destinationId === destinationId);

/** Whether attempts may begin. */
export const takesDeliveries = ({ enabled, paused, deleted }: Destination): boolean =>
  enabled && !paused && !deleted;

export function freeSlots(model: Model, destination: Destination): number {
  if (!takesDeliveries(destination)) return 0;
  const to = deliveriesTo(model, destination.id);
  const queued = to.filter(({ queueState }) => queueState === 'queued').length;
  const delayed = to.filter(({ queueState }) => queueState === 'delayed').length;
  return Math.min(destination.limit - queued, destination.slots - queued - delayed);
}

/** Adds one to a count of a destination and of all together. */
export function count(model: Model, destinationId: string, what: keyof Counted): void {
  (model.destinations.get(destinationId) as Destination).counted[what] += 1;
  model.counted[what] += 1;
}

/** Lets a delivery wait in Postgres. */
export function letWait(model: Model, delivery: Delivery): void {
  Object.assign(delivery, { queueState: 'waiting', leaseUntil: null, updatedAt: model.now });
}

/** Ends a delivery. One that failed is counted, and told of by a notice, unless it is of a notice itself. */
export function end(
  model: Model,
  delivery: Delivery,
  status: 'succeeded' | 'failed' | 'cancelled',
  failure: { code: string; reason: string } | null = null,
): void {
  const ended = {
    status,
    failureCode: failure?.code ?? null,
    queueState: 'idle',
    dueAt: null,
    leaseUntil: null,
  };
  Object.assign(delivery, ended, { updatedAt: model.now });
  if (failure === null) return;
  count(model, delivery.destinationId, 'failed');
  if (delivery.isSystemError) return;
  const known = model.unreported.get(delivery.destinationId);
  model.unreported.set(delivery.destinationId, {
    count: (known?.count ?? 0) + 1,
    lastError: failure.reason,
    firstFailedAt: known?.firstFailedAt ?? model.now,
  });
}
