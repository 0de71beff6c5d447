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
  /** Its circuit is open. */
  destinationFails: boolean;
  hasRateLimit: boolean;
}

/** Postgres keeps what is due while the queues have no room, or its destination takes no more. Pure. */
export function backlogReason(facts: BacklogFacts): BacklogReason {
  if (!facts.destinationEnabled) return 'disabled';
  if (facts.destinationPaused) return 'paused';
  if (facts.queuesLackRoom) return 'queues';
  if (facts.destinationFails) return 'circuit';
  return facts.hasRateLimit ? 'rate_limit' : 'limit';
}
