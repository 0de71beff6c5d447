import type { ReleasedDelivery } from '@tocsin/contract';
import type { Transaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, releasedOf } from './delivery-row.ts';
import { freeSlots } from './gate.ts';
import { countMove, type LockedDestination } from './health.ts';
import { shardOf } from './identity.ts';
import { storeDeliveries } from './store-changes.ts';

/** At most this many are released in one transaction; what is left comes with the next. */
const RELEASED_MAX = 2_000;

/**
 * The next due deliveries of each destination, most urgent first: severity, then first attempts before retries, then
 * age. One index range per severity and kind, so that retries not due yet are never walked through.
 */
const SELECT_DUE = `
SELECT ${DELIVERY_ROW_COLUMNS}
FROM unnest($1::uuid[], $2::integer[]) AS want(destination_id, slots)
CROSS JOIN LATERAL (
  SELECT due.* FROM generate_series(0, 4) AS severity(rank)
  CROSS JOIN (VALUES (0, false), (1, true)) AS kind(place, retried)
  CROSS JOIN LATERAL (
    SELECT * FROM deliveries w
    WHERE w.queue_state = 'waiting' AND w.destination_id = want.destination_id
      AND w.severity_rank = severity.rank AND (w.attempts > 0) = kind.retried AND w.next_attempt_at <= now()
    ORDER BY w.next_attempt_at
    LIMIT want.slots
  ) AS due
  ORDER BY severity.rank, kind.place, due.next_attempt_at
  LIMIT want.slots
) AS d`;

/**
 * Gives waiting deliveries to the queues, as many as their destinations have slots for. The destinations must be
 * locked; their counts are changed, and are the caller's to store.
 *
 * @returns the jobs to add once the transaction is committed
 */
export async function releaseWaiting(
  client: Transaction,
  destinations: Iterable<LockedDestination>,
  shards: number,
): Promise<ReleasedDelivery[]> {
  const wanted = [...destinations]
    .filter((destination) => destination.waiting > 0)
    .map((destination) => ({
      destination,
      slots: Math.min(freeSlots(destination), destination.waiting, RELEASED_MAX),
    }))
    .filter(({ slots }) => slots > 0);
  if (wanted.length === 0) return [];
  const byId = new Map(wanted.map(({ destination }) => [destination.id, destination]));
  const { rows } = await client.query<DeliveryRow>(SELECT_DUE, [
    [...byId.keys()],
    wanted.map(({ slots }) => slots),
  ]);
  const released = rows.slice(0, RELEASED_MAX).map((row) => {
    const destination = byId.get(row.destinationId) as LockedDestination;
    countMove(destination, 'waiting', 'queued');
    const next = nextFeed(row, shards);
    return { next, job: releasedOf(next, destination.policy) };
  });
  await storeDeliveries(
    client,
    released.map(({ next }) => next),
  );
  return released.map(({ job }) => job);
}

/** The row with a new job of its own: a feed is never used twice, so no old job can stand in its way. */
export function nextFeed(row: DeliveryRow, shards: number): DeliveryRow {
  return {
    ...row,
    queueState: 'queued',
    feed: row.feed + 1,
    shard: shardOf(row.destinationId, shards),
    dueInMs: Math.min(row.dueInMs ?? 0, 0),
  };
}
