import { type AttemptResult, type Severity, severityRank } from '@tocsin/contract';
import { createHttpHandler, listen } from '@tocsin/http';
import { createLogger, createMetrics } from '@tocsin/service';
import type { DispatchedDelivery, Plan } from '@tocsin/status-gateway';
import { checkAnswer, expectNoLeaks, openHandles } from '@tocsin/testkit';
import { createReadApi } from '../src/read-api.ts';
import { commitOutcomes, commitPlans, createCommits } from './commits.ts';
import { addDestination, attempted, createScene, planOf } from './scene.ts';

export interface AlertToAccept {
  alertId: string;
  destinationIds: string[];
  severity?: Severity;
  title?: string;
  /** Seconds; how long ago it was received. */
  age?: number;
}

/** A database with destinations, the commits on it, and the read API over HTTP; every answer is checked against its schema. */
export async function startCommitting() {
  const handles = openHandles();
  const scene = await createScene('committing');
  const { database } = scene;
  const log = createLogger({ level: 'silent', service: 'status-service' });
  /** Makes partitions for so many days before today. */
  const ensureDaysBack = (days: number) =>
    database.pool.query(`SELECT ensure_partitions((now() AT TIME ZONE 'UTC')::date - $1::integer, $1)`, [
      days,
    ]);
  await ensureDaysBack(1);
  const deps = createCommits(database);

  const handler = createHttpHandler({
    ...createReadApi({ reads: database }),
    service: 'status-service',
    authenticate: async () => ({ keyId: 'test', keyName: 'test', scopes: ['alerts:read'] }),
    rateLimitPerSecond: 10_000,
    log,
    metrics: createMetrics('status-service'),
  });
  const server = await listen(handler, { port: 0, host: '127.0.0.1' });

  /** The body is of any type: it is checked against the OpenAPI document instead. */
  async function get(path: string): Promise<{ status: number; body: any }> {
    const response = await fetch(`${server.url}${path}`);
    const answer = {
      status: response.status,
      body: await response.json(),
      contentType: response.headers.get('content-type') ?? '',
    };
    checkAnswer({ method: 'GET', path, ...answer });
    return answer;
  }

  /** Stores alerts as ingest does. @returns their plans, as the router makes them */
  async function store(alerts: AlertToAccept[]): Promise<Plan[]> {
    const plans: Plan[] = [];
    for (const {
      alertId,
      destinationIds,
      severity = 'LOW',
      title = `Title of ${alertId}`,
      age = 0,
    } of alerts) {
      const { rows } = await database.pool.query<{ day: string }>(
        `WITH at AS (
           SELECT now() - $1 * interval '1 second' AS received
         ), day AS (
           SELECT (received AT TIME ZONE 'UTC')::date AS day FROM at
         ), alert AS (
           INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, log_types,
             payload, facts)
           SELECT day, $2, received, $3, 'RULE', 'x', $4, '{}', $5, '{}' FROM at, day
         )
         INSERT INTO alert_outbox SELECT $2, day, received FROM at, day RETURNING received_day AS day`,
        [
          age,
          alertId,
          severityRank(severity),
          title.toWellFormed().replaceAll('\0', '\uFFFD'),
          JSON.stringify({ title }),
        ],
      );
      plans.push(planOf({ alertId, day: rows[0]?.day ?? '' }, destinationIds, { severity }));
    }
    return plans;
  }

  return {
    database,
    deps,
    get,
    addDestination: (id: string, name: string, maxInFlight?: number) =>
      addDestination(database, id, name, maxInFlight === undefined ? {} : { maxInFlight }),
    store,
    /** Stores alerts and commits their plans. @returns the jobs that were released */
    accept: async (...alerts: AlertToAccept[]): Promise<DispatchedDelivery[]> =>
      commitPlans(deps, await store(alerts), true),
    report: (jobs: DispatchedDelivery[], result: AttemptResult, number = 1) =>
      commitOutcomes(
        deps,
        jobs.map((job) => attempted(job, number, result)),
        true,
      ),
    ensureDaysBack,
    async close(): Promise<void> {
      await server.close();
      await scene.close();
      await expectNoLeaks(handles);
    },
  };
}

export type Committing = Awaited<ReturnType<typeof startCommitting>>;
