import { type AttemptResult, ProblemError, SEVERITIES, type Severity } from '@tocsin/contract';
import type { DispatchedDelivery, Outcome } from '@tocsin/status-gateway';
import { connectDatabase, type Database } from '@tocsin/store';
import { createTestDatabase } from '@tocsin/testkit';
import { pino } from 'pino';
import { deliveryIdOf } from '../../src/delivery/delivery-row.ts';
import { createDispatcher, type DispatcherQueues } from '../../src/dispatcher/dispatcher.ts';
import { expireOverdue } from '../../src/maintenance/expire-deliveries.ts';
import { createRecounter } from '../../src/maintenance/recount.ts';
import { raiseFailureNotices } from '../../src/notices/failure-notices.ts';
import { cancelBulkResend } from '../../src/resends/end-bulk-resends.ts';
import { requestBulkResend } from '../../src/resends/request-bulk-resend.ts';
import { runBulkResends } from '../../src/resends/run-bulk-resends.ts';
import { commitReports, createCommits, missingOf, resend } from '../commits.ts';
import { SUCCEEDED } from '../scene.ts';
import type { DestinationChange } from './commands.ts';
import type { Job } from './dispatching.ts';
import { clockOf, dayOf, HELD_CLOCK, isoOf } from './held-clock.ts';
import type { Alert, Delivery, Destination } from './model.ts';
import { type OutcomeInHand, RESULTS, type Told } from './outcomes.ts';
import { RESET, readLimits, readState, readStatistics, type SystemState } from './system-state.ts';

const EXPIRE_DAYS = 7;
const ACTOR = { keyId: 'model', keyName: 'model' };

export type System = Awaited<ReturnType<typeof startSystem>>;

/**
 * The transaction layer on a database of its own whose clock the test holds. This file alone knows by which functions
 * the layer is driven today: everything in and out are the model's own values.
 */
export async function startSystem() {
  const home = await createTestDatabase('model', { isMigrated: true });
  const connect = (databaseUrl: string) =>
    connectDatabase({ databaseUrl, poolMax: 4, applicationName: 'test', log: { warn: () => undefined } });
  const plain = connect(home.url);
  await plain.pool.query(HELD_CLOCK);
  await plain.close();
  const database = connect(clockOf(home.url));
  return createSystem(database, async () => {
    await database.close();
    await home.drop();
  });
}

function createSystem(database: Database, close: () => Promise<void>) {
  const { pool } = database;
  const deps = createCommits(database);
  const log = pino({ level: 'silent' });
  /** Of alerts and deliveries of this sequence. */
  let days = new Map<string, string>();
  let now = 0;

  const refOf = (
    { deliveryId, round, dispatchNumber }: OutcomeInHand,
    { alertId, destinationId }: Delivery,
  ) => {
    const day = days.get(alertId) as string;
    return { deliveryId, day, destinationId, round, dispatchNumber };
  };

  return {
    deliveryIdOf,
    close,

    async reset(destinations: Iterable<Destination>): Promise<void> {
      days = new Map();
      now = 0;
      await pool.query(RESET);
      for (const { id, slots, maxRetries, baseDelayMs } of destinations) {
        await pool.query('INSERT INTO destination_health (destination_id) VALUES ($1)', [id]);
        const retry = { maxRetries, baseDelayMs, factor: 3 };
        await pool.query(
          `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types,
             require_log_type, headers, include_context, enabled, timeout_ms, retry, max_in_flight)
           VALUES ($1, $1::uuid::text, 'https://example.com', 'sealed', '{}', '{}', '{}', false, '[]', false, true, 1000, $2, $3)`,
          [id, JSON.stringify(retry), slots],
        );
      }
    },

    async setClock(to: number): Promise<void> {
      now = to;
      await pool.query('UPDATE held.clock SET at = $1', [isoOf(to)]);
    },

    async changeDestination(id: string, change: DestinationChange): Promise<void> {
      const set = {
        disable: 'enabled = false',
        enable: 'enabled = true',
        pause: 'paused = true',
        resume: 'paused = false',
        delete: 'deleted_at = now()',
        revive: 'deleted_at = NULL, revived_at = now(), enabled = true, paused = false',
      };
      await pool.query(`UPDATE destinations SET ${set[change]} WHERE id = $1`, [id]);
    },

    async accept({ id, severityRank, isSystemError }: Alert): Promise<void> {
      const day = dayOf(now);
      days.set(id, day);
      const facts = JSON.stringify({ severity: SEVERITIES[severityRank] });
      await pool.query(
        `WITH alert AS (
           INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, log_types,
             payload, facts)
           VALUES ($1, $2, now(), $3, $4, 'x', 'x', '{}', '{}', $5)
         )
         INSERT INTO alert_outbox VALUES ($2, $1, now())`,
        [day, id, severityRank, isSystemError ? 'SYSTEM_ERROR' : 'RULE', facts],
      );
    },

    /** Plans and outcomes in one commit. */
    async report(
      {
        plans,
        outcomes,
      }: {
        plans: { alert: Alert; destinationIds: string[] }[];
        outcomes: { outcome: OutcomeInHand; delivery: Delivery }[];
      },
      hasRoom: boolean,
    ): Promise<{ told: Told[]; jobs: Job[] }> {
      const reports = {
        plans: plans.map(({ alert, destinationIds }) => ({
          alertId: alert.id,
          day: days.get(alert.id) as string,
          severity: SEVERITIES[alert.severityRank] as Severity,
          isSystemError: alert.isSystemError,
          decision: { rule: 'filters' as const, destinationIds, skipped: [], notes: [] },
        })),
        outcomes: outcomes.map(({ outcome, delivery }): Outcome => {
          const ref = refOf(outcome, delivery);
          if (outcome.number === null) return { kind: 'skipped', ...ref };
          return { kind: 'attempted', ...ref, number: outcome.number, result: resultOf(outcome.result) };
        }),
      };
      const { verdicts, released } = await commitReports(deps, reports, hasRoom);
      return { told: verdicts, jobs: released };
    },

    async sendAgain(alertId: string, destinationIds: string[] | 'failed', hasRoom: boolean) {
      const request = { actor: ACTOR, alertId, day: days.get(alertId) as string, destinationIds };
      try {
        return { refused: null, jobs: (await resend(deps, request, hasRoom)).released as Job[] };
      } catch (error) {
        if (error instanceof ProblemError) return { refused: error.code, jobs: [] };
        throw error;
      }
    },

    async requestBulkResend(destinationId: string | null, statuses: string[]) {
      const ask = { destinationId, statuses, since: isoOf(0), until: isoOf(Number.MAX_SAFE_INTEGER) };
      const every = { severityRanks: null, errorCodes: null };
      try {
        return {
          refused: null,
          ...(await requestBulkResend(
            { database, reads: database, missing: missingOf(database) },
            { id: null, actor: ACTOR, ...every, ...ask },
          )),
        };
      } catch (error) {
        if (error instanceof ProblemError) return { refused: error.code };
        throw error;
      }
    },

    /** @returns the jobs that it released */
    async stepBulkResend(size: number, hasRoom: boolean): Promise<Job[]> {
      const added: DispatchedDelivery[] = [];
      const enqueue = async (jobs: DispatchedDelivery[]) => void added.push(...jobs);
      await runBulkResends({ ...deps, hasRoom: async () => hasRoom, enqueue, log }, size);
      return added;
    },

    cancelBulkResend: (id: string) => cancelBulkResend(database, id, ACTOR),

    /** @returns what one turn of the dispatcher did; `jobs` are released, and alerts requeued, also where enqueueing them failed */
    async tick(queues: TickQueues) {
      const jobs: DispatchedDelivery[] = [];
      const alertIds: string[] = [];
      const dispatcherQueues: DispatcherQueues = {
        ...queues,
        missing: async (refs) => refs.map(queues.isMissing),
        enqueueAlerts: async (batches) =>
          void alertIds.push(...batches.flatMap(({ alerts }) => alerts.map(({ id }) => id))),
        enqueueDeliveries: async (some) => {
          jobs.push(...some);
          if (queues.failsToAdd) throw new Error('the queues are unavailable');
        },
        room: async () => ((await queues.hasRoom()) ? 'ok' : 'full'),
        alertBacklog: async () => 0,
      };
      const dispatcher = createDispatcher({ ...deps, queues: dispatcherQueues, log });
      const done = await dispatcher.tick().catch((error) => {
        if (queues.failsToAdd) return null;
        throw error;
      });
      return { jobs: jobs as Job[], alertIds, reclaimed: done?.reclaimed, cancelled: done?.cancelled };
    },

    expire: () => expireOverdue(deps, EXPIRE_DAYS),

    /** @returns of how many destinations and alerts the counts were found wrong */
    async recount(): Promise<number> {
      let corrected = 0;
      const onCorrected = () => {
        corrected += 1;
      };
      await createRecounter({ ...deps, log, onCorrected }, { retentionDays: 10_000 }).run();
      return corrected;
    },

    /** @returns the notice that was sent, also where sending failed; null where there was none */
    async raiseNotice(failsToSend: boolean) {
      let sent: { alertId: string; failures: Record<string, number> } | null = null;
      const send = async (alert: Record<string, unknown>) => {
        const lines = [...(alert.description as string).matchAll(/^- .* \((.*)\): (\d+) deliver/gm)];
        const failures = Object.fromEntries(lines.map(([, id, count]) => [id, Number(count)]));
        sent = { alertId: alert.alertId as string, failures };
        if (failsToSend) throw new Error('ingest is unavailable');
      };
      await raiseFailureNotices(database, send).catch((error) => {
        if (!failsToSend) throw error;
      });
      return sent as { alertId: string; failures: Record<string, number> } | null;
    },

    /** Waits until everything is counted that is counted later than it is committed: today nothing is. */
    settle: async (): Promise<void> => undefined,

    limits: () => readLimits(pool),
    state: (): Promise<SystemState> => readState(pool),
    statistics: () => readStatistics(pool),
  };
}

export interface TickQueues {
  isMissing(ref: { deliveryId: string; round: number; dispatchNumber: number }): boolean;
  hasRoom(): Promise<boolean>;
  wasEmptied(): Promise<boolean>;
  acknowledgeEmptied(): Promise<void>;
  /** As if the process died between the commit and the queue. */
  failsToAdd: boolean;
}

function resultOf(result: OutcomeInHand['result']): AttemptResult {
  const { code, reason, retryAfterMs } = RESULTS[result];
  return {
    ...SUCCEEDED,
    startedAt: isoOf(0),
    statusCode: null,
    responseBody: null,
    retryAfterMs,
    error: code === null ? null : { code, message: reason.slice(code.length + 2) },
  };
}
