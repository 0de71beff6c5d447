import { ProblemError } from '@tocsin/contract';
import type { AlertJob } from '@tocsin/queues';
import { createTurns, defineInternalRoute, type HttpPart, type Metrics } from '@tocsin/runtime';
import { type Database, databaseProblem, postgresState } from '@tocsin/store';
import type { Logger } from 'pino';
import { z } from 'zod';
import { createAlertAcceptor } from './accept-alerts.ts';
import { createAlertEnqueuer } from './enqueue-alerts.ts';
import { createIngestMetrics } from './metrics.ts';
import { readItems } from './read-items.ts';
import { createLogTypeRecorder } from './record-log-types.ts';
import { createTestAlertRecorder } from './record-test-alerts.ts';
import { checkItems, createPostAlertsRoute } from './routes/post-alerts.ts';

export interface IngestApiDeps {
  database: Database;
  queues: { addAlerts(jobs: AlertJob[]): Promise<void>; state(): Promise<string> };
  log: Logger;
  metrics: Metrics;
}

export interface IngestApiOptions {
  publicUrl: string;
}

export interface IngestApi extends HttpPart {
  /** Takes in an alert that Tocsin itself raises. */
  acceptSystemAlert(alert: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

/** Whose the alerts are that Tocsin raises, as no key’s id is. */
const SYSTEM_CALLER = 'system';

/** Where the status service of another process sends the alerts that Tocsin raises. */
export const SYSTEM_ALERTS_PATH = '/internal/alerts';

/** The only writer of alerts: validates, stores, answers, and then queues for the router. */
export function createIngestApi(deps: IngestApiDeps, options: IngestApiOptions): IngestApi {
  const enqueuer = createAlertEnqueuer({ ...deps.queues, log: deps.log });
  const logTypes = createLogTypeRecorder(deps);
  const acceptor = createAlertAcceptor({ database: deps.database, enqueuer, logTypes });
  const testAlerts = createTestAlertRecorder(deps);
  const metrics = createIngestMetrics(deps.metrics, acceptor);

  async function acceptSystemAlert(alert: Record<string, unknown>): Promise<void> {
    const turns = createTurns();
    const { items } = await readItems(Buffer.from(JSON.stringify(alert)), 'application/json', turns);
    const checked = await checkItems(items, { ...options, reserve: () => undefined, turns, isOwn: true });
    for (const item of checked)
      if (item.kind === 'invalid') throw new ProblemError('invalid_alert', { detail: item.message });
    metrics.count(await acceptor.accept(checked, SYSTEM_CALLER));
  }

  return {
    routes: [createPostAlertsRoute({ acceptor, testAlerts, count: metrics.count }, options)],
    internal: [
      defineInternalRoute({
        method: 'post',
        path: SYSTEM_ALERTS_PATH,
        bodySchema: z.record(z.string(), z.unknown()),
        handler: async (alert) => {
          await acceptSystemAlert(alert);
          return {};
        },
      }),
    ],
    acceptSystemAlert,
    mapError: databaseProblem,
    readiness: async () => ({
      postgres: await postgresState(deps.database),
      queues: await deps.queues.state(),
    }),
    close: async () => {
      await acceptor.close();
      await Promise.all([enqueuer.close(), logTypes.close(), testAlerts.close()]);
    },
  };
}
