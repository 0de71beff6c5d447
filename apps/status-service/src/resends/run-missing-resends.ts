import { MISSING } from '@tocsin/contract';
import { type Database, type Microseconds, microsecondsOf } from '@tocsin/store';
import type { AlertPlace } from '../commit/apply-missing-batch.ts';
import { createLoop, type Loop } from '../loop/loop.ts';
import { runEach } from '../loop/run-each.ts';
import type { MissingAlerts, MissingFilter } from './missing-alerts.ts';
import type { BulkResendLoopDeps } from './run-bulk-resends.ts';

export interface MissingResendDeps extends BulkResendLoopDeps {
  missing: MissingAlerts;
}

/** How fast missing deliveries go out. */
export interface MissingPace {
  /** Deliveries to one destination at a time, at most. */
  limit: number;
  /** How long after these the next may come; milliseconds. */
  everyMs: number;
}

/** A hundred a second to each destination, whatever the number of processes (docs/adr/0037-missing.md). */
const PACE: MissingPace = { limit: 100, everyMs: 1_000 };

const LOOK_EVERY_MS = 1_000;

/** Runs the bulk resends of missing deliveries that any process stored. */
export function createMissingResendLoop(deps: MissingResendDeps): Loop {
  const loop: Loop = createLoop({
    name: 'missing-resends',
    everyMs: LOOK_EVERY_MS,
    run: async (closing) => {
      if (await runMissingResends(deps, PACE, closing)) loop.wake();
    },
    log: deps.log,
  });
  return loop;
}

/**
 * Gives each destination whose time has come its next missing deliveries, of the bulk resend whose turn is longest ago.
 * Safe from several processes at once.
 *
 * @returns whether one looked at alerts and found too few, so that it may go on at once
 */
export async function runMissingResends(
  deps: MissingResendDeps,
  { limit, everyMs }: MissingPace,
  closing?: AbortSignal,
): Promise<boolean> {
  let mayGoOn = false;
  const jobs = await findDue(deps.database, everyMs);
  await runEach(
    jobs.map((job) => async () => {
      // What finds no room in the queues would wait in front of fresh alerts.
      if (closing?.aborted === true || !(await deps.hasRoom())) return;
      const goesOn = await runJob(deps, job, limit).catch(async (error: unknown) => {
        // It has its turn again once the others of its destination had theirs.
        await deps.database.pool.query('UPDATE resends SET updated_at = now() WHERE id = $1', [job.id]);
        throw error;
      });
      if (goesOn) mayGoOn = true;
    }),
  );
  return mayGoOn;
}

interface Job extends MissingFilter {
  id: string;
  from: AlertPlace;
  isYoung: boolean;
}

/** After this long, a plan that was decided before the request is committed, or is made anew; seconds. */
const PLANS_COME_WITHIN_SECONDS = 60;

/** One bulk resend of each destination that was sent none within the time. */
async function findDue({ pool }: Database, everyMs: number): Promise<Job[]> {
  const { rows } = await pool.query<Omit<Job, 'from'> & { at: Microseconds; alertId: string }>(
    `SELECT DISTINCT ON (r.destination_id) r.id, r.destination_id AS "destinationId",
       r.severity_ranks AS "severityRanks", ${microsecondsOf('r.since')} AS since,
       ${microsecondsOf('r.until')} AS until, ${microsecondsOf('r.created_at')} AS "requestedAt",
       ${microsecondsOf('coalesce(r.cursor_at, r.since)')} AS at, coalesce(r.cursor_alert_id, '') AS "alertId",
       r.created_at > now() - $2 * interval '1 second' AS "isYoung"
     FROM resends r
     WHERE r.state = 'running' AND r.statuses = '{${MISSING}}' AND NOT EXISTS (
       SELECT FROM resends o WHERE o.destination_id = r.destination_id AND o.statuses = '{${MISSING}}'
         AND o.sent_at > now() - $1 * interval '1 millisecond')
     ORDER BY r.destination_id, r.updated_at, r.id`,
    [everyMs, PLANS_COME_WITHIN_SECONDS],
  );
  return rows.map(({ at, alertId, ...job }) => ({ ...job, from: { at, alertId } }));
}

/** @returns whether it got further and sent nothing, so that its next turn may come at once */
async function runJob(deps: MissingResendDeps, job: Job, limit: number): Promise<boolean> {
  const { id: resendId, destinationId, from } = job;
  const { alerts, to, stop } = await deps.missing.find(job, from, { limit, waitsForPlans: job.isYoung });
  const isLast = stop === 'end';
  if (alerts.length === 0 && to.alertId === from.alertId && !isLast) return false;
  const change = { resendId, destinationId, from, alerts, to, isLast };
  const { result, jobs } = await deps.commit('missingBatch', change, { hasRoom: true });
  if (result === null) return false;
  await deps.enqueue(jobs);
  const { id: _, state, ...counts } = result;
  if (state === 'done')
    deps.log.info({ event: 'bulk_resend.completed', resendId, ...counts }, 'bulk resend completed');
  return state === 'running' && alerts.length === 0;
}
