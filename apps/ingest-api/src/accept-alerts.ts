import {
  type AlertInput,
  type IngestResult,
  type IngestSummary,
  LIMITS,
  ProblemError,
} from '@tocsin/contract';
import { BatcherFullError, createBatcher } from '@tocsin/runtime';
import type { Database } from '@tocsin/store';
import { v7 as uuidV7 } from 'uuid';
import type { CheckedItem } from './check-alert.ts';
import type { AlertEnqueuer } from './enqueue-alerts.ts';
import { type IdentifiedAlert, type Insertion, insertAlerts } from './insert-alerts.ts';
import type { LogTypeRecorder } from './record-log-types.ts';

export interface AcceptDeps {
  database: Database;
  enqueuer: AlertEnqueuer;
  logTypes: Pick<LogTypeRecorder, 'note'>;
}

export interface AcceptOptions {
  /** For a missing `link`; without a trailing slash. */
  publicUrl: string;
}

export interface AlertAcceptor {
  /**
   * Stores the valid alerts of a request, together or not at all, and answers for each item, in order.
   *
   * @param bytes the request's body, which is about what its alerts take in an insert
   */
  accept(items: CheckedItem[], bytes: number): Promise<IngestSummary>;
  /** How many alerts wait to be stored. */
  pending(): number;
  close(): Promise<void>;
}

/**
 * One insert takes up to this many alerts and bytes, of one request or of many: its rows are one text, in the memory of
 * this process and of Postgres. A request is never split over two, of which one could fail after the other was stored.
 */
const BATCH = LIMITS.alertsPerRequestMax;
const BATCH_BYTES = 16 * 1024 * 1024;
const CONCURRENT_INSERTS = 2;
/** More than this waiting to be stored is overload: what is behind would wait for seconds. */
const PENDING_MAX = 20_000;

export function createAlertAcceptor(
  { database, enqueuer, logTypes }: AcceptDeps,
  { publicUrl }: AcceptOptions,
): AlertAcceptor {
  const inserts = createBatcher<IdentifiedAlert, Insertion>({
    batchSizeMax: BATCH,
    batchWeightMax: BATCH_BYTES,
    concurrency: CONCURRENT_INSERTS,
    pendingMax: PENDING_MAX,
    run: (alerts) => insertAlerts(database, alerts, publicUrl),
  });

  async function insert(alerts: IdentifiedAlert[], bytes: number): Promise<Insertion[]> {
    try {
      return await inserts.addAll(alerts, bytes);
    } catch (error) {
      if (error instanceof BatcherFullError) throw new ProblemError('overloaded', { retryAfterSeconds: 1 });
      throw error;
    }
  }

  async function accept(items: CheckedItem[], bytes: number): Promise<IngestSummary> {
    const alerts = items.flatMap((item) => (item.kind === 'valid' ? [identify(item.alert)] : []));
    const insertions = await insert(alerts, bytes);
    insertions.forEach((insertion, place) => {
      if (insertion.kind === 'accepted') logTypes.note(insertion.day, alerts[place]?.logTypes ?? []);
    });
    enqueuer.enqueue(
      insertions.flatMap((insertion, place) => {
        const { alertId, severity } = alerts[place] as IdentifiedAlert;
        return insertion.kind === 'accepted'
          ? [{ alertId, severity, day: insertion.day, facts: insertion.facts }]
          : [];
      }),
    );
    return summarise(items, alerts, insertions);
  }

  return { accept, pending: inserts.pending, close: () => inserts.close() };
}

function identify(alert: AlertInput): IdentifiedAlert {
  return { ...alert, alertId: alert.alertId ?? uuidV7() };
}

function summarise(items: CheckedItem[], alerts: IdentifiedAlert[], insertions: Insertion[]): IngestSummary {
  let place = 0;
  const results = items.map((item, index): IngestResult => {
    if (item.kind === 'invalid') {
      const { code, message, errors, alertId } = item;
      return { index, alertId, status: 'rejected', error: { code, message, errors } };
    }
    const { alertId } = alerts[place] as IdentifiedAlert;
    const status = (insertions[place] as Insertion).kind;
    place += 1;
    return { index, alertId, status };
  });
  const count = (status: IngestResult['status']) =>
    results.filter((result) => result.status === status).length;
  return {
    accepted: count('accepted'),
    duplicates: count('duplicate'),
    rejected: count('rejected'),
    results,
  };
}
