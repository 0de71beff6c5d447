import { type IngestResult, type IngestSummary, LIMITS, TEST_ALERT_ID } from '@tocsin/contract';
import { inflate, type ReceivedBody } from '@tocsin/http';
import { type CheckedItem, type CheckItemsOptions, checkItems, readItems } from './check-alert.ts';
import type { Insertion } from './insert-alerts.ts';
import type { PreparedAlert } from './prepare-alert.ts';

/** The body of a request that brings alerts in. */
export interface AlertBody extends ReceivedBody {
  /** `application/json` or `application/x-ndjson` */
  contentType: string;
}

/** The part of an alert that is used after it is stored. */
export type AcceptedAlert = Pick<PreparedAlert, 'alertId' | 'severity' | 'logTypes' | 'facts'> & {
  /** Its receipt day. */
  day: string;
};

export interface TakenAlerts {
  summary: IngestSummary;
  accepted: AcceptedAlert[];
  /** How many were test alerts. */
  tests: number;
}

export interface TakeAlertsOptions extends CheckItemsOptions {
  /** Stores alerts, together or not at all. */
  insert(alerts: PreparedAlert[]): Promise<Insertion[]>;
  /** Gets how many bytes came out of gzip. */
  lookedAt(bytes: number): void;
}

/**
 * Takes a body from its bytes to the database: decompressed, read, checked, encoded and stored.
 *
 * @throws ProblemError where nothing of it was stored, or `outcome_unknown` where that is not known
 */
export async function takeAlerts(body: AlertBody, options: TakeAlertsOptions): Promise<TakenAlerts> {
  const { insert, lookedAt } = options;
  const bytes = body.isGzip ? inflate(body.bytes, LIMITS.ingestBytesMax, lookedAt) : body.bytes;
  const items = checkItems(readItems(bytes, body.contentType), options);
  const alerts = items.flatMap((item) => (item.kind === 'valid' ? [item.alert] : []));
  const insertions = await insert(alerts);
  return {
    summary: summarise(items, alerts, insertions),
    accepted: alerts.flatMap(({ alertId, severity, logTypes, facts }, place) => {
      const insertion = insertions[place] as Insertion;
      return insertion.kind === 'accepted'
        ? [{ alertId, severity, logTypes, facts, day: insertion.day }]
        : [];
    }),
    tests: items.filter(({ kind }) => kind === 'test').length,
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
