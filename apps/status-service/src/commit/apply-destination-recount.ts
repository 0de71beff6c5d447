import type { Transaction } from '@tocsin/store';
import type { Work } from './ledger.ts';
import { lockRecounts } from './lock-recounts.ts';
import type { WrongDestination } from './locked-destinations.ts';

/** Ends a statement that takes too long to count. */
const STATEMENT_MS_MAX = 10_000;

/**
 * One statement, so that counts and deliveries are of one moment: whatever commits meanwhile, they differ only where
 * the counts are wrong. Each part reads a partial index: what waits for these destinations, and what has a lease, which
 * is never more than the queues hold.
 */
const SELECT_WRONG = `
WITH of_rows AS (
  SELECT want.id, waiting.count AS waiting, waiting.next_due_at, coalesce(leased.queued, 0) AS queued,
    coalesce(leased.delayed, 0) AS delayed
  FROM unnest($1::uuid[]) AS want(id)
  CROSS JOIN LATERAL (
    SELECT count(*) AS count, min(w.next_attempt_at) AS next_due_at FROM deliveries w
    WHERE w.queue_state = 'waiting' AND w.destination_id = want.id
  ) AS waiting
  LEFT JOIN (
    SELECT l.destination_id AS id, count(*) FILTER (WHERE l.queue_state = 'queued') AS queued,
      count(*) FILTER (WHERE l.queue_state = 'delayed') AS delayed
    FROM (SELECT destination_id, queue_state FROM deliveries WHERE lease_until IS NOT NULL OFFSET 0) AS l
    WHERE l.destination_id = ANY($1::uuid[])
    GROUP BY l.destination_id
  ) AS leased ON leased.id = want.id
), compared AS (
  SELECT c.*, coalesce(h.waiting, 0) AS stored_waiting, coalesce(h.queued, 0) AS stored_queued,
    coalesce(h.delayed, 0) AS stored_delayed, h.next_due_at AS stored_next_due_at
  FROM of_rows c LEFT JOIN destination_health h ON h.destination_id = c.id
)
SELECT id,
  json_build_object('waiting', stored_waiting, 'queued', stored_queued, 'delayed', stored_delayed,
    'nextDueInMs', extract(epoch FROM stored_next_due_at - now()) * 1000) AS stored,
  json_build_object('waiting', waiting, 'queued', queued, 'delayed', delayed,
    'nextDueInMs', extract(epoch FROM next_due_at - now()) * 1000) AS counted
FROM compared
WHERE (waiting, queued, delayed) <> (stored_waiting, stored_queued, stored_delayed)
  OR (waiting > 0 AND stored_next_due_at > next_due_at)`;

/** Finds those of the destinations whose counts are wrong, or whose first delivery is due earlier than is noted. No lock. */
export async function findWrongDestinations(
  client: Transaction,
  destinationIds: string[],
): Promise<WrongDestination[]> {
  await client.query(`SELECT set_config('statement_timeout', $1, true)`, [String(STATEMENT_MS_MAX)]);
  return (await client.query<WrongDestination>(SELECT_WRONG, [destinationIds])).rows;
}

/**
 * Corrects destinations' counts. Counting takes longer than a destination may be locked, so it is done before: commits
 * meanwhile move counts and deliveries by the same number, so that the difference stays and is added under the lock.
 *
 * @returns what was wrong
 */
export async function applyDestinationRecount(
  { client, open }: Work,
  destinationIds: string[],
): Promise<WrongDestination[]> {
  await lockRecounts(client);
  const wrong = await findWrongDestinations(client, destinationIds);
  const ledger = await open(wrong.map(({ id }) => id));
  for (const one of wrong) ledger.correctDestination(one);
  return wrong;
}
