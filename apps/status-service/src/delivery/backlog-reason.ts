import { limitOfRateSql } from './limit-of-rate.ts';

/** Why due deliveries of a destination wait in Postgres: the first that applies. */
export const BACKLOG_REASONS = ['disabled', 'paused', 'queues', 'circuit', 'rate_limit', 'limit'] as const;

export type BacklogReason = (typeof BACKLOG_REASONS)[number];

/** What there is to know about it. */
export interface BacklogFacts {
  /** The destination exists, is not deleted, and is enabled. */
  destinationEnabled: boolean;
  destinationPaused: boolean;
  /** The queues take nothing. */
  queuesLackRoom: boolean;
  isCircuitOpen: boolean;
  /** Its rate limit allows no more at the same time than its limit does. */
  isRateBound: boolean;
}

/** Them, of a destination `t` with what is kept of it in `h`; either may be missing. */
export const BACKLOG_FACTS = `
coalesce(t.enabled AND t.deleted_at IS NULL, false) AS "destinationEnabled",
coalesce(t.paused, false) AS "destinationPaused",
(SELECT lack IS NOT NULL FROM queue_room) AS "queuesLackRoom",
h.circuit_opened_at IS NOT NULL AS "isCircuitOpen",
coalesce(${limitOfRateSql('t')} <= floor(h.flow_limit), false) AS "isRateBound"`;

/** Postgres keeps what is due while the queues have no room, or its destination takes no more. Pure. */
export function backlogReason(facts: BacklogFacts): BacklogReason {
  if (!facts.destinationEnabled) return 'disabled';
  if (facts.destinationPaused) return 'paused';
  if (facts.queuesLackRoom) return 'queues';
  if (facts.isCircuitOpen) return 'circuit';
  return facts.isRateBound ? 'rate_limit' : 'limit';
}
