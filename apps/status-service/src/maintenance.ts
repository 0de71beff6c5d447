import type { RetryPolicy } from '@tocsin/contract';
import { type Database, dropExpiredPartitions, ensurePartitions } from '@tocsin/store';
import type { Logger } from 'pino';
import { expireBeyondRetention, expireOverdue } from './close-deliveries.ts';
import { forgetEndedResends } from './end-resends.ts';
import { forgetStatistics } from './statistics/forget-statistics.ts';

export interface MaintenanceDeps {
  database: Database;
  defaults: RetryPolicy;
  log: Logger;
  /** Told how many deliveries expired. */
  onExpired(count: number): void;
}

export interface MaintenanceOptions {
  expireDays: number;
  retentionDays: number;
}

/** What time brings: partitions ahead, history that is past its retention, deliveries that ran out of time. */
export async function maintain(deps: MaintenanceDeps, options: MaintenanceOptions): Promise<void> {
  await ensurePartitions(deps.database);
  const expired =
    (await expireOverdue(deps, options.expireDays)) +
    (await expireBeyondRetention(deps, options.retentionDays));
  if (expired > 0) deps.log.warn({ expired }, 'deliveries expired');
  deps.onExpired(expired);
  // Before the partitions, which may be in use for now.
  await forgetStatistics(deps.database, options.retentionDays);
  const dropped = await dropExpiredPartitions(deps.database, options.retentionDays);
  if (dropped.length > 0) deps.log.info({ dropped }, 'dropped partitions past the retention');
  await forgetEndedResends(deps.database, options.retentionDays);
}
