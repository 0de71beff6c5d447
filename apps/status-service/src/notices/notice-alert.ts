import { RESERVED_ID_PREFIX } from '@tocsin/contract';

/** Destinations that a notice names; of the others it says how many there are. */
const NAMED_MAX = 20;

/** What a notice tells of one destination. */
export interface FailingDestination {
  id: string;
  displayName: string;
  /** Deliveries that failed since the last notice. */
  count: number;
  /** Why the last of them failed. */
  lastError: string | null;
}

export interface Notice {
  id: string;
  /** ISO 8601. */
  createdAt: string;
  /** Those with the most failures first. */
  destinations: FailingDestination[];
}

/** The `SYSTEM_ERROR` alert about failed deliveries: one for all destinations. Pure. */
export function noticeAlert({ id, createdAt, destinations }: Notice): Record<string, unknown> {
  const total = destinations.reduce((sum, { count }) => sum + count, 0);
  const [first] = destinations;
  const where = destinations.length === 1 ? `“${first?.displayName}”` : `${destinations.length} destinations`;
  const named = destinations.slice(0, NAMED_MAX).map(lineOf);
  const unnamed = destinations.length - named.length;
  return {
    alertId: `${RESERVED_ID_PREFIX}${id}`,
    id: 'Tocsin.Delivery.Failed',
    createdAt,
    severity: 'HIGH',
    type: 'SYSTEM_ERROR',
    title: `${deliveriesText(total)} to ${where} failed`,
    name: 'Deliveries failed',
    description: [
      'The retries of these deliveries were used up, or the time to deliver ran out:',
      ...named,
      ...(unnamed > 0 ? [`- and ${unnamed} more destinations`] : []),
    ].join('\n'),
    runbook:
      'Look at each destination’s last error, mend its receiver, and resend the failed deliveries. What fails from now on is in the next notice, ten minutes after this one at the earliest.',
    tags: ['tocsin', 'delivery-failure'],
  };
}

/**
 * Whether an alert is a notice that may be about a destination: it names it, or has more than it names. Pure.
 *
 * @param payload of the alert, as it was stored
 */
export function isNoticeAbout(alertId: string, payload: string, destinationId: string): boolean {
  if (!alertId.startsWith(RESERVED_ID_PREFIX)) return false;
  return payload.includes(`(${destinationId})`) || /- and \d+ more destinations/.test(payload);
}

function lineOf({ id, displayName, count, lastError }: FailingDestination): string {
  return `- “${displayName}” (${id}): ${deliveriesText(count)}, last error ${lastError ?? 'not known'}`;
}

function deliveriesText(count: number): string {
  return count === 1 ? '1 delivery' : `${count} deliveries`;
}
