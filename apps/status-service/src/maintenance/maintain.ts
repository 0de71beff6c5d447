import {
  dropExpiredPartitions,
  ensurePartitions,
  pruneAuditLog,
  pruneDeletedDestinations,
} from '@tocsin/store';
import type { Logger } from 'pino';
import type { EndDeps } from '../commit/end-open.ts';
import { runEach } from '../loop/run-each.ts';
import { pruneEndedResends } from '../resends/end-bulk-resends.ts';
import { pruneStatistics } from '../statistics/prune-statistics.ts';
import { expireBeyondRetention, expireOverdue, prunePauses } from './expire-deliveries.ts';
import { fillTerms } from './fill-terms.ts';

export interface MaintenanceDeps extends EndDeps {
  log: Logger;
}

export interface MaintenanceOptions {
  expireDays: number;
  retentionDays: number;
}

/**
 * Periodic work: partitions for the next days, history past its retention, deliveries that expire. Each step runs even
 * if another fails.
 *
 * @throws the error of the first step that failed, once all have run
 */
export async function maintain(deps: MaintenanceDeps, options: MaintenanceOptions): Promise<void> {
  await runEach([
    () => ensurePartitions(deps.database),
    async () => void (await expireOverdue(deps, options.expireDays)),
    () => retire(deps, options.retentionDays),
    async () => void (await pruneAuditLog(deps.database, options)),
    async () => void (await pruneDeletedDestinations(deps.database, options)),
    async () => void (await fillTerms(deps.database, deps.closing)),
    () => prunePauses(deps.database, options.retentionDays),
    () => pruneStatistics(deps.database, options.retentionDays),
    async () => void (await pruneEndedResends(deps.database, options.retentionDays)),
  ]);
}

/**
 * In this order, and the drop only after the other succeeded: an open delivery that is dropped would stay in its
 * destination's counts.
 */
async function retire(deps: MaintenanceDeps, retentionDays: number): Promise<void> {
  await expireBeyondRetention(deps, retentionDays);
  if (deps.closing?.aborted) return;
  const dropped = await dropExpiredPartitions(deps.database, retentionDays);
  if (dropped.length > 0)
    deps.log.info({ event: 'partition.dropped', dropped }, 'dropped partitions past the retention');
}
