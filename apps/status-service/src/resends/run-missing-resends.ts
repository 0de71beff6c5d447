import { MISSING } from '@tocsin/contract';
import { type Database, type Microseconds, microsecondsOf } from '@tocsin/store';
import type { AlertPlace } from '../commit/apply-missing-batch.ts';
import type { Loop } from '../loop/loop.ts';
import type { MissingAlerts, MissingFilter, MissingPage } from './missing-alerts.ts';
import { afterBatch, type BulkResendDeps, createResendLoop, PACE, type ResendTurn } from './resend-loop.ts';

export interface MissingResendDeps extends BulkResendDeps {
  missing: MissingAlerts;
}

export interface MissingPace {
  /** Alerts that are found at a time. */
  page: number;
  /** How long a process has a bulk resend to itself, to send what it found; milliseconds. */
  heldMs: number;
  /** Deliveries in a batch at most. */
  batch: number;
}

/** Finding costs more than sending: what a process can send in a second is found at once. */
const HELD_MS = 1_000;
const MISSING_PACE: MissingPace = {
  page: (PACE.batch * HELD_MS) / PACE.everyMs,
  heldMs: HELD_MS,
  batch: PACE.batch,
};

/** Runs the bulk resends of missing deliveries that any process stored. */
export const createMissingResendLoop = (deps: MissingResendDeps): Loop =>
  createResendLoop('missing-resends', createMissingResends(deps), deps);

/** What a process has found of a bulk resend, and not sent yet. */
interface Page extends MissingPage {
  job: Job;
  from: AlertPlace;
  /** Until when others leave it alone, by `performance.now()`. */
  heldUntil: number;
}

/** @returns what sends the next batch, of the bulk resend whose turn is longest ago. Safe in several processes at once. */
export function createMissingResends(
  deps: MissingResendDeps,
  pace = MISSING_PACE,
): () => Promise<ResendTurn> {
  let page: Page | null = null;

  async function findPage(): Promise<Page | null> {
    const job = await take(deps.database, pace.heldMs);
    if (job === null) return null;
    const { from, isYoung } = job;
    const found = await deps.missing.find(job, from, { limit: pace.page, waitsForPlans: isYoung });
    return { ...found, job, from, heldUntil: performance.now() + pace.heldMs };
  }

  return async () => {
    // What finds no room in the queues would wait in front of fresh alerts.
    if (!(await deps.hasRoom())) return 'idle';
    const held = page !== null && performance.now() < page.heldUntil ? page : null;
    page = null;
    const next = held ?? (await findPage());
    if (next === null) return 'idle';
    const [did, left] = await sendNext(deps, next, pace.batch);
    page = left;
    return did;
  };
}

/** @returns what it did, and what is left of the page */
async function sendNext(
  deps: MissingResendDeps,
  page: Page,
  size: number,
): Promise<[ResendTurn, Page | null]> {
  const { id: resendId, destinationId } = page.job;
  const { from } = page;
  const alerts = page.alerts.slice(0, size);
  const isWhole = alerts.length === page.alerts.length;
  const to = isWhole ? page.to : alerts.at(-1)!;
  const isLast = isWhole && page.stop === 'end';
  if (alerts.length === 0 && to.alertId === from.alertId && !isLast) return ['blocked', null];
  const change = { resendId, destinationId, from, alerts, to, isLast };
  const { result, jobs } = await deps.commit('missingBatch', change, { hasRoom: true });
  if (result === null) return ['blocked', null];
  await afterBatch(deps, result, jobs);
  if (alerts.length === 0) return ['looked', null];
  // Of a page that has begun, the rest is tried again; otherwise others have their turn.
  if (result.taken === 0) return ['blocked', from === page.job.from ? null : page];
  const left = page.alerts.slice(result.taken);
  return ['sent', left.length === 0 ? null : { ...page, alerts: left, from: alerts[result.taken - 1]! }];
}

interface Job extends MissingFilter {
  id: string;
  from: AlertPlace;
  isYoung: boolean;
}

/** After this long, a plan that was decided before the request is committed, or is made anew; seconds. */
const PLANS_COME_WITHIN_SECONDS = 60;

/** The bulk resend that was taken longest ago, and by nobody within the time. */
async function take({ pool }: Database, heldMs: number): Promise<Job | null> {
  const { rows } = await pool.query<Omit<Job, 'from'> & { at: Microseconds; alertId: string }>(
    `UPDATE resends SET taken_at = now() WHERE id = (
       SELECT id FROM resends WHERE state = 'running' AND statuses = '{${MISSING}}'
         AND coalesce(taken_at <= now() - $1 * interval '1 millisecond', true)
       ORDER BY taken_at NULLS FIRST, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, destination_id AS "destinationId", severity_ranks AS "severityRanks",
       ${microsecondsOf('since')} AS since, ${microsecondsOf('until')} AS until,
       ${microsecondsOf('created_at')} AS "requestedAt",
       ${microsecondsOf('coalesce(cursor_at, since)')} AS at, coalesce(cursor_alert_id, '') AS "alertId",
       created_at > now() - $2 * interval '1 second' AS "isYoung"`,
    [heldMs, PLANS_COME_WITHIN_SECONDS],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { at, alertId, ...job } = row;
  return { ...job, from: { at, alertId } };
}
