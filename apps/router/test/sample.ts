import type { DispatchedDelivery, Plan } from '@tocsin/status-gateway';

export const DAY = '2026-07-01';

/** @returns an id that tells its number. */
export function idOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** A plan that names this many destinations, as matches or as skipped ones. */
export function planFor(alertId: string, fanOut: number, { skipped = false } = {}): Plan {
  const ids = Array.from({ length: fanOut }, (_, number) => idOf(number));
  return {
    alertId,
    day: DAY,
    severity: 'LOW',
    isSystemError: false,
    decision: {
      rule: 'filters',
      destinationIds: skipped ? [] : ids,
      skipped: skipped ? ids.map((destinationId) => ({ destinationId, reason: 'disabled' })) : [],
      notes: [],
    },
  };
}

/** The delivery that a status service would release for a plan's destination. */
export function releasedFor({ alertId, day }: Plan, destinationId: string): DispatchedDelivery {
  return {
    deliveryId: `${alertId}-${destinationId}`,
    day,
    alertId,
    destinationId,
    round: 1,
    dispatchNumber: 1,
    severityRank: 3,
    isRetry: false,
    shard: 0,
    attemptsMax: 11,
  };
}
