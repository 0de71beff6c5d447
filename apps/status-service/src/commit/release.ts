import { SEVERITIES } from '@tocsin/contract';
import { anyLength, type Transaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow } from '../delivery/delivery-row.ts';
import { firstWaiting, inRangeOf, WAITING_RANGES } from '../delivery/first-waiting.ts';
import { firstAttemptsShare, freeSlots, mayHaveDue } from '../delivery/slots.ts';
import type { LockedDestination } from './locked-destinations.ts';

/** At most this many are released in one transaction; what is left comes with the next. */
export const RELEASED_MAX = 2_000;

/** `INFO`: everything. */
export const LEAST_SEVERE_RANK = SEVERITIES.length - 1;

/**
 * The next due deliveries of destinations, so many of each at most, and of all together the most urgent: severity, then
 * first attempts before retries, then age. Of each destination, so many are first attempts, as long as there are any; of all
 * together, these take turns with the others.
 */
const SELECT_DUE = `
SELECT ${DELIVERY_ROW_COLUMNS}
FROM unnest(${anyLength('$1', 'uuid')}, $2::integer[], $4::integer[]) AS want(destination_id, slots, first_attempts)
CROSS JOIN LATERAL (
  SELECT due.*, NOT kind.retried AND want.first_attempts >=
      row_number() OVER (PARTITION BY kind.retried ORDER BY severity.rank, due.next_attempt_at) AS has_share
  FROM ${WAITING_RANGES}
  CROSS JOIN LATERAL (
    SELECT * FROM deliveries w WHERE ${inRangeOf('want.destination_id')} AND w.next_attempt_at <= now()
    ORDER BY w.next_attempt_at
    LIMIT want.slots
  ) AS due
  WHERE severity.rank <= $3::integer
  ORDER BY has_share DESC, severity.rank, kind.retried, due.next_attempt_at
  LIMIT want.slots
) AS d
ORDER BY row_number() OVER (
  PARTITION BY d.has_share ORDER BY d.severity_rank, (d.attempts > 0), d.next_attempt_at
), d.has_share DESC
LIMIT ${RELEASED_MAX}`;

/** Due deliveries that may be released. */
export interface Due {
  /** The most urgent first; `RELEASED_MAX` of them mean that there may be more. */
  rows: DeliveryRow[];
  /** Destinations with nothing more that is due now, as far as that is known. */
  exhausted: LockedDestination[];
}

/**
 * Finds waiting deliveries that are due, as many as their destinations have slots for.
 *
 * @param leastSevereRank only what is at least this severe
 * @param random a number from 0 up to 1
 */
export async function selectDue(
  client: Transaction,
  destinations: Iterable<LockedDestination>,
  leastSevereRank: number,
  random: number,
): Promise<Due> {
  const wanted = [...destinations]
    .filter(mayHaveDue)
    .map((destination) => ({
      destination,
      slots: Math.min(freeSlots(destination), destination.waiting, RELEASED_MAX),
    }))
    .filter(({ slots }) => slots > 0);
  if (wanted.length === 0) return { rows: [], exhausted: [] };
  const { rows } = await client.query<DeliveryRow>({
    name: 'select due',
    text: SELECT_DUE,
    values: [
      wanted.map(({ destination }) => destination.id),
      wanted.map(({ slots }) => slots),
      leastSevereRank,
      wanted.map(({ slots }) => firstAttemptsShare(slots, random)),
    ],
  });
  if (leastSevereRank < LEAST_SEVERE_RANK || rows.length === RELEASED_MAX) return { rows, exhausted: [] };
  const counts = Map.groupBy(rows, (row) => row.destinationId);
  const isExhausted = ({ destination, slots }: (typeof wanted)[number]) =>
    (counts.get(destination.id)?.length ?? 0) < slots;
  return { rows, exhausted: wanted.filter(isExhausted).map(({ destination }) => destination) };
}

/** Notes when the next delivery is due, of destinations with nothing more that is due now. */
export async function noteNextDue(client: Transaction, destinations: LockedDestination[]): Promise<void> {
  const waiting = destinations.filter((destination) => destination.waiting > 0);
  if (waiting.length === 0) return;
  const firsts = await firstWaiting(
    client,
    waiting.map(({ id }) => id),
  );
  const dueInMs = Map.groupBy(firsts, ({ id }) => id);
  for (const destination of waiting) {
    const of = dueInMs.get(destination.id);
    destination.nextDueInMs = of === undefined ? null : Math.min(...of.map((first) => first.dueInMs));
  }
}
