import type { Database } from '@tocsin/store';
import { END_BATCH, type EndDeps, endOpen } from '../commit/end-open.ts';

const SECONDS = '$1::double precision * 86400';

/**
 * For each destination with open deliveries, the moment that lies `$1` days back, not counting the time in which it took
 * no deliveries: a round that began before has expired. Going back from now, a span counts where the moment found so far
 * lies before its end, so that the latest spans move it first.
 */
const CUTOFFS = `
SELECT h.destination_id AS id,
  now() - interval '1 second'
    * (${SECONDS} + coalesce(sum(p.seconds) FILTER (WHERE p.ago < ${SECONDS} + p.later), 0)) AS at
FROM destination_health h
LEFT JOIN (
  SELECT destination_id, seconds, ago,
    coalesce(sum(seconds) OVER (
      PARTITION BY destination_id ORDER BY began_at DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS later
  FROM (
    SELECT destination_id, began_at,
      extract(epoch FROM coalesce(ended_at, now()) - began_at)::double precision AS seconds,
      extract(epoch FROM now() - coalesce(ended_at, now()))::double precision AS ago
    FROM destination_pauses
  ) AS spans
) AS p ON p.destination_id = h.destination_id
WHERE h.waiting + h.queued + h.delayed > 0
GROUP BY h.destination_id`;

/**
 * Destination by destination, by the index of its open deliveries: what waits for one that is paused is never walked
 * through. No round starts before its alert was received, so the condition on the day excludes nothing, and saves
 * reading later days.
 */
const OVERDUE = `(${CUTOFFS}) AS cutoff
CROSS JOIN LATERAL (
  SELECT * FROM deliveries o
  WHERE o.destination_id = cutoff.id AND o.status IN ('pending', 'retrying')
    AND o.received_day <= (cutoff.at AT TIME ZONE 'UTC')::date AND o.round_started_at < cutoff.at
  LIMIT ${END_BATCH}
) AS d`;

/**
 * Fails deliveries that did not succeed in time. A resend restarts the time; while the destination is paused or
 * disabled, it stands still.
 *
 * @param expireDays days from the start of a round
 * @returns how many deliveries expired
 */
export async function expireOverdue(deps: EndDeps, expireDays: number): Promise<number> {
  const { count } = await endOpen(deps, 'expired', {
    source: OVERDUE,
    condition: 'true',
    parameter: expireDays,
  });
  return count;
}

/** Prunes the spans that no stored delivery has lived through, but for the latest of each destination, which is shown. */
export async function prunePauses({ pool }: Pick<Database, 'pool'>, retentionDays: number): Promise<void> {
  await pool.query(
    `DELETE FROM destination_pauses p WHERE p.ended_at < now() - make_interval(days => $1 + 1)
       AND EXISTS (SELECT FROM destination_pauses q WHERE q.destination_id = p.destination_id AND q.began_at > p.began_at)`,
    [retentionDays],
  );
}

/**
 * Ends what is open on days whose partitions are about to be dropped, so that no destination's counts keep it for ever.
 *
 * @param retentionDays as for `dropExpiredPartitions`
 * @returns how many deliveries expired
 */
export async function expireBeyondRetention(deps: EndDeps, retentionDays: number): Promise<number> {
  const { count } = await endOpen(deps, 'expired', {
    condition: `d.received_day <= (now() AT TIME ZONE 'UTC')::date - $1::integer`,
    parameter: retentionDays,
  });
  return count;
}
