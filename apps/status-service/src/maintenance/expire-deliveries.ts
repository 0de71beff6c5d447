import { type EndDeps, endOpen } from '../commit/end-open.ts';

/**
 * Fails deliveries that did not succeed in time. A resend restarts the time. No round starts before its alert was
 * received, so the condition on the day excludes nothing, and saves reading later days.
 *
 * @param expireDays days from the start of a round
 * @returns how many deliveries expired
 */
export async function expireOverdue(deps: EndDeps, expireDays: number): Promise<number> {
  const { count } = await endOpen(deps, 'expired', {
    condition: `d.received_day <= ((now() - $1 * interval '1 day') AT TIME ZONE 'UTC')::date
      AND d.round_started_at < now() - $1 * interval '1 day'`,
    parameter: expireDays,
  });
  return count;
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
