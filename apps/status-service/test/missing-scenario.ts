import { type RoutingFacts, severityRank } from '@tocsin/contract';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { pino } from 'pino';
import { createMissingResends, type MissingPace } from '../src/resends/run-missing-resends.ts';
import { useBulkResends } from './bulk-resend-scenario.ts';
import { commitPlans, createCommits, missingOf } from './commits.ts';
import { DAYS, type End } from './resend-harness.ts';
import { A, planOf } from './scene.ts';

/** So many, and none again for a minute. */
export const aTime = (batch: number): MissingPace => ({ page: batch, batch, heldMs: 60_000 });

/** Without a pause, and more than any test sends. */
const ALL: MissingPace = { page: 1_000, heldMs: 0, batch: 1_000 };

export interface AlertScene {
  facts?: Partial<RoutingFacts>;
  day?: string;
  /** Seconds after midnight. */
  second?: number;
  /** What the plan names; null for no plan yet. */
  plan?: string[] | null;
  end?: End;
  payload?: string;
}

const FACTS: RoutingFacts = {
  ...{ severity: 'LOW', type: 'RULE', logTypes: [], destinations: null, outputIds: [] },
};

/** A harness for each test of a file, with destinations that take everything, and what sends missing alerts there. */
export function useMissingResends() {
  const scene = useBulkResends();

  /** As the control API changes a destination: with a new version. */
  async function change(id: string, set: string): Promise<void> {
    const { pool } = scene.harness.database;
    const bumped = await pool.query(
      'UPDATE destinations_version SET version = version + 1 RETURNING version',
    );
    await pool.query(`UPDATE destinations SET ${set}, revision = $2 WHERE id = $1`, [
      id,
      bumped.rows[0].version,
    ]);
  }

  const takeAll = (id: string) =>
    change(
      id,
      `severities = '{INFO,LOW,MEDIUM,HIGH,CRITICAL}', alert_types = '{RULE,POLICY,SYSTEM_ERROR}', log_types = '{}'`,
    );

  /** An alert that was received, and, where it has a plan, routed and delivered. */
  async function place(alertId: string, alert: AlertScene = {}): Promise<void> {
    const { day = DAYS[0], second = 0, plan = [], end = 'succeeded', payload = '{}' } = alert;
    const facts = { ...FACTS, ...alert.facts };
    const { harness } = scene;
    await harness.database.pool.query(
      `INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, log_types, payload, facts)
       VALUES ($1, $2, $1::date::timestamp AT TIME ZONE 'UTC' + $3 * interval '1 second', $4, $5, 'x', 'x', $6, $7, $8)`,
      [
        ...[day, alertId, second, severityRank(facts.severity), facts.type, facts.logTypes, payload],
        JSON.stringify(facts),
      ],
    );
    if (plan === null) return;
    const isSystemError = facts.type === 'SYSTEM_ERROR';
    const plans = [planOf({ alertId, day }, plan, { severity: facts.severity, isSystemError })];
    await harness.answer(await commitPlans(harness.commits, plans, true), end);
  }

  const askMissing = (fields: Parameters<typeof scene.create>[0] = {}) => ({
    ...{ destinationId: A, statuses: ['missing'], ...fields },
  });

  /** What a process sends until it finds no more, or a destination has no room. @returns the jobs that it added */
  async function turn(
    pace: MissingPace = ALL,
    { database = scene.harness.database, missing = missingOf(database), hasRoom = true } = {},
  ): Promise<DispatchedDelivery[]> {
    const added: DispatchedDelivery[] = [];
    const deps = {
      ...createCommits(database),
      missing,
      hasRoom: async () => hasRoom,
      enqueue: async (jobs: DispatchedDelivery[]) => void added.push(...jobs),
      log: pino({ level: 'silent' }),
    };
    const send = createMissingResends(deps, pace);
    while (['sent', 'looked'].includes(await send()));
    return added;
  }

  const sentTo = async (destinationId: string): Promise<string[]> => {
    const { rows } = await scene.harness.database.pool.query<{ id: string }>(
      'SELECT alert_id AS id FROM deliveries WHERE destination_id = $1 ORDER BY received_at, alert_id',
      [destinationId],
    );
    return rows.map(({ id }) => id);
  };

  return {
    get harness() {
      return scene.harness;
    },
    ask: scene.ask,
    requestDeps: scene.requestDeps,
    view: scene.view,
    create: (fields: Parameters<typeof scene.create>[0] = {}) => scene.create(askMissing(fields)),
    askMissing,
    ...{ change, takeAll, place, turn, sentTo },
  };
}
