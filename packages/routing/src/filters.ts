import type { RoutingFacts } from '@tocsin/contract';
import type { RoutableDestination } from './routable-destination.ts';

/** Why a destination's own filters leave an alert out. */
export type FilterReason = 'type' | 'severity' | 'logType' | 'requireLogType';

/** A destination without severities is reached by an alert's own list alone, `SYSTEM_ERROR` included. */
function acceptsSeverity({ severities }: RoutableDestination, { type, severity }: RoutingFacts): boolean {
  return type === 'SYSTEM_ERROR' ? severities.length > 0 : severities.includes(severity);
}

/**
 * Judges one destination by rule 3, for explanations; deciding itself goes through the index.
 *
 * `SYSTEM_ERROR` ignores the severities of a destination that accepts the type, unless it has none. If several filters
 * refuse, the first of type, severity, log type is named. Whether the destination is enabled is not looked at.
 *
 * @returns the filter that says no, or null where the alert passes
 */
export function filterReason(destination: RoutableDestination, facts: RoutingFacts): FilterReason | null {
  if (!destination.alertTypes.includes(facts.type)) return 'type';
  if (!acceptsSeverity(destination, facts)) return 'severity';
  if (destination.logTypes.length === 0) return null;
  if (facts.logTypes.length === 0) return destination.requireLogType ? 'requireLogType' : null;
  const wanted = new Set(destination.logTypes);
  return facts.logTypes.some((logType) => wanted.has(logType)) ? null : 'logType';
}
