import { attemptResultSchema, decisionSchema, SEVERITIES, severityRank } from '@tocsin/contract';
import { z } from 'zod';

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** One alert's routing decision, as the router reports it. */
export const planSchema = z.object({
  alertId: z.string(),
  day,
  severity: z.enum(SEVERITIES),
  isSystemError: z.boolean(),
  decision: decisionSchema,
});
export type Plan = z.infer<typeof planSchema>;

/** @returns how urgent plans are that are committed together: the rank of the most severe; 0 where there are none */
export function urgencyOf(plans: readonly Plan[]): number {
  return plans.length === 0 ? 0 : Math.min(...plans.map(({ severity }) => severityRank(severity)));
}

/** Fewer of its destination than this ahead of a delivery in the queues are as good as none. */
export const FEW_AHEAD = 16;

/** A delivery that the status service has released: its job is to be added to a queue now. */
export const dispatchedDeliverySchema = z.object({
  deliveryId: z.string(),
  day,
  alertId: z.string(),
  destinationId: z.string(),
  round: z.int(),
  dispatchNumber: z.int(),
  severityRank: z.int(),
  isRetry: z.boolean(),
  /**
   * Of one that is not fresh: how many others of its destination the queues had when it was released. What is fresh goes first
   * in the queue, then what has fewer ahead.
   */
  ahead: z.int().optional(),
  shard: z.int(),
  attemptsMax: z.int(),
});
export type DispatchedDelivery = z.infer<typeof dispatchedDeliverySchema>;

/** Which job reports: an outcome for a round or dispatch number that is no longer the row's changes nothing. */
const jobRef = {
  deliveryId: z.string(),
  day,
  destinationId: z.string(),
  round: z.int(),
  dispatchNumber: z.int(),
};

/**
 * What a delivery job reports: an attempt it made, or that it made none (`skipped`), because the destination is disabled,
 * paused or gone, because its circuit is open and the job is a retry, or because it has its share of the worker
 * (`crowded`).
 */
export const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('attempted'), ...jobRef, number: z.int(), result: attemptResultSchema }),
  z.object({ kind: z.literal('skipped'), ...jobRef, crowded: z.boolean().optional() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

/** What the job has to do after its outcome was committed. */
export const verdictSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('succeeded') }),
  /** Stay in the queue and try again after the delay, beside so many other retries of its destination (`ahead`). */
  z.object({ kind: z.literal('retry'), afterMs: z.number(), ahead: z.int().optional() }),
  /** Leave the queue: Postgres keeps the delivery until it is due; `afterMs` until then, where it is to be retried. */
  z.object({ kind: z.literal('deferred'), afterMs: z.number().optional() }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
  /** The row had moved on, and stays as it is. */
  z.object({ kind: z.literal('superseded') }),
]);
export type Verdict = z.infer<typeof verdictSchema>;

/**
 * How router and workers reach the status service: by direct call in one process, over HTTP between processes. Both
 * calls answer after the commit and may be repeated without harm; they throw while the service or its database is unavailable.
 */
export interface StatusGateway {
  /**
   * @returns the deliveries to add to the queues now, but for those that the status service has added itself; on a second call
   *   with the same plans, none
   */
  commitPlans(plans: Plan[]): Promise<DispatchedDelivery[]>;
  /** @returns one verdict per outcome, in the same order. */
  commitOutcomes(outcomes: Outcome[]): Promise<Verdict[]>;
}

/** Paths of the internal interface, guarded by the service token. */
export const STATUS_GATEWAY_PATHS = { plans: '/internal/plans', outcomes: '/internal/outcomes' } as const;
