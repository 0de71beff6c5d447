import type { IngestSummary } from '@tocsin/contract';
import { defineInternalRoute, type HttpPart } from '@tocsin/http';
import type { AlertJob } from '@tocsin/queues';
import type { Metrics } from '@tocsin/service';
import { type Database, databaseProblem } from '@tocsin/store';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type AlertAcceptor, createAlertAcceptor } from './accept-alerts.ts';
import { createAlertEnqueuer } from './enqueue-alerts.ts';
import { createLargeBodies, type LargeBodies } from './large-bodies.ts';
import { createLogTypeRecorder } from './record-log-types.ts';
import { createTestAlertRecorder, type Sender } from './record-test-alerts.ts';
import { createPostAlertsRoute } from './routes/post-alerts.ts';

export interface IngestApiDeps {
  database: Database;
  queues: { enqueueAlerts(jobs: AlertJob[]): Promise<void>; state(): Promise<string> };
  log: Logger;
  metrics: Metrics;
}

export interface IngestApiOptions {
  publicUrl: string;
  /** Of the same database, for the thread that reads large bodies. */
  databaseUrl: string;
}

export interface IngestApi extends HttpPart {
  /** Accepts an alert that Tocsin itself raises. */
  acceptSystemAlert(alert: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

/** The sender of alerts that Tocsin raises; no key has this id. */
const SYSTEM: Sender = { keyId: 'system', keyName: 'Tocsin' };

/** Where the status service of another process sends the alerts that Tocsin raises. */
export const SYSTEM_ALERTS_PATH = '/internal/alerts';

/** The only writer of alerts: validates, stores, answers, and then queues for the router. */
export function createIngestApi(deps: IngestApiDeps, options: IngestApiOptions): IngestApi {
  const enqueuer = createAlertEnqueuer({ ...deps.queues, log: deps.log });
  const logTypes = createLogTypeRecorder(deps);
  const testAlerts = createTestAlertRecorder(deps);
  const largeBodies = createLargeBodies({ ...options, log: deps.log });
  const acceptor = createAlertAcceptor(
    { database: deps.database, enqueuer, logTypes, testAlerts, largeBodies },
    options,
  );
  const metrics = createIngestMetrics(deps.metrics, { acceptor, largeBodies });

  async function acceptSystemAlert(alert: Record<string, unknown>): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(alert));
    const body = { bytes, isGzip: false, contentType: 'application/json' };
    metrics.count(await acceptor.accept(body, { sender: SYSTEM, isOwn: true }));
  }

  return {
    routes: [createPostAlertsRoute({ acceptor, count: metrics.count })],
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
    readiness: async () => ({ queues: await deps.queues.state() }),
    close: async () => {
      await Promise.all([acceptor.close(), largeBodies.close()]);
      await Promise.all([enqueuer.close(), logTypes.close(), testAlerts.close()]);
    },
  };
}

export interface IngestMetricsDeps {
  acceptor: Pick<AlertAcceptor, 'pending'>;
  largeBodies: Pick<LargeBodies, 'pending'>;
}

function createIngestMetrics(metrics: Metrics, { acceptor, largeBodies }: IngestMetricsDeps) {
  const alerts = metrics.counter({
    name: 'tocsin_alerts_total',
    help: 'Alerts received, by result: accepted, duplicate, rejected.',
    labelNames: ['result'],
  });
  metrics.gauge({
    name: 'tocsin_alerts_storing',
    help: 'Alerts that were received and wait for their insert to be committed, without those of large bodies.',
    collect() {
      this.set(acceptor.pending());
    },
  });
  metrics.gauge({
    name: 'tocsin_large_bodies_storing',
    help: 'Large or compressed bodies that were received and wait to be read and stored.',
    collect() {
      this.set(largeBodies.pending());
    },
  });
  return {
    count({ accepted, duplicates, rejected }: IngestSummary): void {
      alerts.inc({ result: 'accepted' }, accepted);
      alerts.inc({ result: 'duplicate' }, duplicates);
      alerts.inc({ result: 'rejected' }, rejected);
    },
  };
}
