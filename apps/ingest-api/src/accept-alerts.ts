import { type IngestResult, type IngestSummary, LIMITS, ProblemError, TEST_ALERT_ID } from '@tocsin/contract';
import { BatcherFullError, createBatcher } from '@tocsin/runtime';
import type { Database } from '@tocsin/store';
import type { InvalidAlert } from './check-alert.ts';
import type { AlertEnqueuer } from './enqueue-alerts.ts';
import { type Insertion, insertAlerts, rowBytesOf, STATEMENT_BYTES_MAX } from './insert-alerts.ts';
import type { PreparedAlert } from './prepare-alert.ts';
import type { LogTypeRecorder } from './record-log-types.ts';

/** One alert of a request, as far as it came before it is stored. */
export type CheckedItem = { kind: 'valid'; alert: PreparedAlert } | { kind: 'test' } | InvalidAlert;

export interface AcceptDeps {
  database: Database;
  enqueuer: AlertEnqueuer;
  logTypes: Pick<LogTypeRecorder, 'note'>;
}

export interface AlertAcceptor {
  /**
   * Stores the valid alerts of a request, together or not at all, and answers for each item, in order.
   *
   * @param caller whose request it is: the id of its key
   */
  accept(items: CheckedItem[], caller: string): Promise<IngestSummary>;
  /** How many alerts wait to be stored. */
  pending(): number;
  close(): Promise<void>;
}

/**
 * One insert takes up to this many alerts and bytes, of one request or of many. A request is never split over two, of which one could fail after the other was stored.
 */
const BATCH = LIMITS.alertsPerRequestMax;
const CONCURRENT_INSERTS = 2;
/** A request of more bytes goes a way of its own, where only its like wait for it. */
const LARGE_BATCH_BYTES = 8 * 1024 * 1024;
/**
 * More than this waiting to be stored is overload: what is behind would wait for seconds. Their bytes are bounded by the
 * room for bodies, in which each request counts until it is answered.
 */
const PENDING_MAX = 20_000;
/** What one key may have of that: where Postgres is slow, its requests are refused while others' still wait. */
const CALLER_SHARE = 1 / 2;

export function createAlertAcceptor({ database, enqueuer, logTypes }: AcceptDeps): AlertAcceptor {
  const createInserts = (batchWeightMax: number, concurrency: number) =>
    createBatcher<PreparedAlert, Insertion>({
      batchSizeMax: BATCH,
      batchWeightMax,
      concurrency,
      pendingMax: PENDING_MAX,
      callerShare: CALLER_SHARE,
      run: (alerts) => insertAlerts(database, alerts),
    });
  // What waits for an insert waits no longer than one statement takes.
  const inserts = createInserts(STATEMENT_BYTES_MAX, CONCURRENT_INSERTS);
  const largeInserts = createInserts(LARGE_BATCH_BYTES, 1);

  async function insert(alerts: PreparedAlert[], caller: string): Promise<Insertion[]> {
    const weight = rowBytesOf(alerts);
    try {
      return await (weight > STATEMENT_BYTES_MAX ? largeInserts : inserts).addAll(alerts, { weight, caller });
    } catch (error) {
      if (error instanceof BatcherFullError) throw new ProblemError('overloaded', { retryAfterSeconds: 1 });
      throw error;
    }
  }

  async function accept(items: CheckedItem[], caller: string): Promise<IngestSummary> {
    const alerts = items.flatMap((item) => (item.kind === 'valid' ? [item.alert] : []));
    const insertions = await insert(alerts, caller);
    const accepted = insertions.flatMap((insertion, place) =>
      insertion.kind === 'accepted' ? [{ ...(alerts[place] as PreparedAlert), day: insertion.day }] : [],
    );
    for (const { day, logTypes: found } of accepted) logTypes.note(day, found);
    enqueuer.enqueue(
      accepted.map(({ alertId, severity, day, facts }) => ({ alertId, severity, day, facts })),
    );
    return summarise(items, alerts, insertions);
  }

  return {
    accept,
    pending: () => inserts.pending() + largeInserts.pending(),
    close: async () => void (await Promise.all([inserts.close(), largeInserts.close()])),
  };
}

function summarise(items: CheckedItem[], alerts: PreparedAlert[], insertions: Insertion[]): IngestSummary {
  let place = 0;
  const results = items.map((item, index): IngestResult => {
    if (item.kind === 'test') return { index, alertId: TEST_ALERT_ID, status: 'test' };
    if (item.kind === 'invalid') {
      const { code, errors, alertId, isCut = false } = item;
      const cut = isCut ? `; only the first ${errors.length} faults are listed, there may be more` : '';
      return { index, alertId, status: 'rejected', error: { code, message: item.message + cut, errors } };
    }
    const { alertId } = alerts[place] as PreparedAlert;
    const insertion = insertions[place] as Insertion;
    place += 1;
    const differs = insertion.kind === 'duplicate' && insertion.differs ? { differs: true as const } : {};
    return { index, alertId, status: insertion.kind, ...differs };
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
