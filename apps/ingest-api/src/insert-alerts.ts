import { type AlertInput, encodePayload, ProblemError, routingFactsOf, severityRank } from '@tocsin/contract';
import {
  type Database,
  ensurePartitions,
  isDatabaseAway,
  isMissingPartition,
  searchTerms,
  toStorableText,
} from '@tocsin/store';

/** An alert with its id, ready to be stored. */
export type IdentifiedAlert = AlertInput & { alertId: string };

/** What became of an alert: stored with its receipt day, or seen before. */
export type Insertion = { kind: 'accepted'; day: string; facts: string } | { kind: 'duplicate' };

/** One statement, so one commit: ids, alerts and outbox are there together or not at all. */
const INSERT = `
WITH input AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS a(
    "alertId" text, "severityRank" smallint, type text, "detectionId" text, title text, name text,
    "logTypes" text[], tags text[], terms text[], payload text, context text, facts text)
), ids AS (
  INSERT INTO alert_ids (alert_id, received_day)
  SELECT "alertId", (now() AT TIME ZONE 'UTC')::date FROM input ORDER BY "alertId"
  ON CONFLICT DO NOTHING
  RETURNING alert_id, received_day
), stored AS (
  INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, name, log_types,
    tags, terms, payload, context, facts)
  SELECT i.received_day, i.alert_id, now(), a."severityRank", a.type, a."detectionId", a.title, a.name, a."logTypes",
    a.tags, array_to_tsvector(a.terms), a.payload, a.context, a.facts
  FROM ids i JOIN input a ON a."alertId" = i.alert_id
), outbox AS (
  INSERT INTO alert_outbox (alert_id, received_day, received_at)
  SELECT alert_id, received_day, now() FROM ids
)
SELECT alert_id AS "alertId", received_day AS day FROM ids`;

interface AlertRow {
  alertId: string;
  facts: string;
  [column: string]: unknown;
}

function toRow(alert: IdentifiedAlert, publicUrl: string): AlertRow {
  const searched = {
    severityRank: severityRank(alert.severity),
    type: alert.type,
    detectionId: toStorableText(alert.id),
    title: toStorableText(alert.title),
    name: alert.name === undefined ? null : toStorableText(alert.name),
    logTypes: (alert.logTypes ?? []).map(toStorableText),
    tags: (alert.tags ?? []).map(toStorableText),
  };
  return {
    alertId: alert.alertId,
    ...searched,
    terms: searchTerms(searched),
    payload: encodePayload(alert, publicUrl),
    context: alert.alertContext === undefined ? null : JSON.stringify(alert.alertContext),
    facts: JSON.stringify(routingFactsOf(alert)),
  };
}

/**
 * Stores alerts, each once: the first with an `alertId` is accepted, here and among everything stored before. The
 * promise resolves after the commit.
 *
 * @throws ProblemError `unavailable` when nothing was stored, `outcome_unknown` when that cannot be told
 */
export async function insertAlerts(
  database: Database,
  alerts: IdentifiedAlert[],
  publicUrl: string,
): Promise<Insertion[]> {
  const rows = new Map<string, AlertRow>();
  for (const alert of alerts) if (!rows.has(alert.alertId)) rows.set(alert.alertId, toRow(alert, publicUrl));
  const days = await insertRows(database, [...rows.values()]);
  return alerts.map(({ alertId }) => {
    const day = days.get(alertId);
    if (day === undefined) return { kind: 'duplicate' };
    // The next one with this id, in this same batch, is a duplicate.
    days.delete(alertId);
    return { kind: 'accepted', day, facts: rows.get(alertId)?.facts ?? '' };
  });
}

async function insertRows(database: Database, rows: AlertRow[]): Promise<Map<string, string>> {
  const input = JSON.stringify(rows);
  try {
    return await runInsert(database, input);
  } catch (error) {
    if (!isMissingPartition(error)) throw error;
    // Nobody made today's partition ahead: the status service was away for days.
    await ensurePartitions(database, { lockTimeoutMs: 0 }).catch((fault: unknown) => {
      throw isDatabaseAway(fault) ? unavailable(fault, 'no partition for today') : fault;
    });
    return runInsert(database, input);
  }
}

async function runInsert(database: Database, input: string): Promise<Map<string, string>> {
  const client = await database.pool.connect().catch((error: unknown) => {
    throw unavailable(error, 'no database connection');
  });
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ alertId: string; day: string }>(INSERT, [input]);
    return new Map(rows.map((row) => [row.alertId, row.day]));
  } catch (error) {
    throw insertProblem(error, (reason) => {
      broken = reason;
    });
  } finally {
    client.release(broken);
  }
}

/** Nothing was stored, since the insert was not even sent. */
function unavailable(cause: unknown, internal: string): ProblemError {
  return new ProblemError('unavailable', { retryAfterSeconds: 2, cause, internal });
}

/** SQLSTATE io_error: it may come from the commit, whose record may be on the disk or not. */
const IO_ERROR = '58030';

/** A refusal that Postgres sent stored nothing; silence or a broken connection may have. */
function insertProblem(error: unknown, discard: (reason: Error) => void): unknown {
  if (!isDatabaseAway(error)) return error;
  discard(error as Error);
  const { severity, code } = error as { severity?: string; code?: string };
  const isRefusal = severity !== undefined && code !== IO_ERROR;
  return new ProblemError(isRefusal ? 'unavailable' : 'outcome_unknown', {
    retryAfterSeconds: 2,
    cause: error,
    internal: 'the insert of alerts failed',
  });
}
