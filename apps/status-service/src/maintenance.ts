import type { RetryPolicy } from '@tocsin/contract';
import {
  type Database,
  dropExpiredPartitions,
  ensurePartitions,
  forgetDeletedDestinations,
  pruneAuditLog,
} from '@tocsin/store';
import type { Logger } from 'pino';
import { type CloseDeps, expireBeyondRetention, expireOverdue } from './close-deliveries.ts';
import { forgetEndedResends } from './end-resends.ts';
import { logFailure } from './log-failure.ts';
import { fillTerms } from './reading/fill-terms.ts';
import { runEach } from './run-each.ts';
import { forgetStatistics } from './statistics/forget-statistics.ts';

export interface MaintenanceDeps {
  database: Database;
  defaults: RetryPolicy;
  log: Logger;
  /** Told how many deliveries expired. */
  onExpired(count: number): void;
  /** Ends the work early, between two batches. */
  closing?: AbortSignal | undefined;
}

export interface MaintenanceOptions {
  expireDays: number;
  retentionDays: number;
}

/**
 * What time brings: partitions ahead, history that is past its retention, deliveries that ran out of time. Each is done
 * whatever becomes of the others.
 *
 * @throws what the first step threw that failed, once all have run
 */
export async function maintain(deps: MaintenanceDeps, options: MaintenanceOptions): Promise<void> {
  await runEach([
    () => ensurePartitions(deps.database),
    async () => deps.onExpired(await expireOverdue(closeDepsOf(deps), options.expireDays)),
    () => retire(deps, options.retentionDays),
    async () => void (await pruneAuditLog(deps.database, options)),
    async () => void (await forgetDeletedDestinations(deps.database, options)),
    async () => void (await fillTerms(deps.database, deps.closing)),
    () => forgetStatistics(deps.database, options.retentionDays),
    async () => void (await forgetEndedResends(deps.database, options.retentionDays)),
  ]);
}

function closeDepsOf(deps: MaintenanceDeps): CloseDeps {
  return {
    ...deps,
    onEnded: (expired) => {
      for (const dead of expired) logFailure(deps.log, dead);
    },
  };
}

/** In this order, and no drop without the other: what is dropped while it is open stays in its destination's counts. */
async function retire(deps: MaintenanceDeps, retentionDays: number): Promise<void> {
  deps.onExpired(await expireBeyondRetention(closeDepsOf(deps), retentionDays));
  if (deps.closing?.aborted) return;
  const dropped = await dropExpiredPartitions(deps.database, retentionDays);
  if (dropped.length > 0) deps.log.info({ dropped }, 'dropped partitions past the retention');
}
