import { ProblemError } from '@tocsin/contract';
import { UnavailableError } from '@tocsin/outage';
import {
  type Database,
  databaseProblem,
  ensurePartitions,
  inTransaction,
  isDatabaseUnavailable,
  isMissingPartition,
  type Transaction,
} from '@tocsin/store';
import type { PreparedAlert } from './prepare-alert.ts';

/** What became of an alert: stored with its receipt day, or seen before. */
export type Insertion =
  | { kind: 'accepted'; day: string }
  /**
   * `differs`: the alert that is stored under this id has other content. Alerts that were stored
   * without a hash, by an early version, never count as different.
   */
  | { kind: 'duplicate'; differs: boolean };

/** Runs a statement when its moment has come. */
export type Pace = <T>(statement: () => Promise<T>) => Promise<T>;

/** Ids, alerts and outbox are there together or not at all. */
const INSERT = `
WITH input AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS a(
    "alertId" text, "severityRank" smallint, type text, "detectionId" text, title text, name text,
    "logTypes" text[], tags text[], terms text[], payload text, context text, facts text, "dedupKey" text, condition text, "contentHash" bytea)
), ids AS (
  INSERT INTO alert_ids (alert_id, received_day, content_hash)
  SELECT "alertId", (now() AT TIME ZONE 'UTC')::date, "contentHash" FROM input ORDER BY "alertId" COLLATE "C"
  ON CONFLICT DO NOTHING
  RETURNING alert_id, received_day
), stored AS (
  INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, name, log_types,
    tags, terms, payload, context, facts, dedup_key, condition)
  SELECT i.received_day, i.alert_id, now(), a."severityRank", a.type, a."detectionId", a.title, a.name, a."logTypes",
    a.tags, array_to_tsvector(a.terms), a.payload, a.context, a.facts, a."dedupKey", a.condition
  FROM ids i JOIN input a ON a."alertId" = i.alert_id
), outbox AS (
  INSERT INTO alert_outbox (alert_id, received_day, received_at)
  SELECT alert_id, received_day, now() FROM ids
)
SELECT alert_id AS "alertId", received_day AS day FROM ids`;

const STORED_HASHES = `
SELECT alert_id AS "alertId", content_hash AS "contentHash" FROM alert_ids WHERE alert_id = ANY($1)`;

/** What goes as one statement, and so as its own transaction. */
export const STATEMENT_BYTES_MAX = 2 * 1024 * 1024;
/**
 * More goes as a transaction of several statements of this size. A statement's rows take several times their bytes
 * while it is sent: as they were made, as one text, in the driver and in Postgres; and writing it blocks all else.
 */
const PART_BYTES_MAX = 512 * 1024;

/**
 * A statement that takes so long is late: where Postgres does not answer a probe either, it is given up. Long before producers
 * give a request up; milliseconds.
 */
const LATE_MS = 3_000;

/**
 * Stores alerts, each once: the first with an `alertId` is accepted, here and among everything stored before. The
 * promise resolves after the commit. What is given up in an outage has its connection closed, so that it holds nothing any more.
 *
 * @param pace decides when each statement begins; at once by default
 * @throws ProblemError `unavailable` when nothing was stored, `outcome_unknown` when that is not known
 */
export async function insertAlerts(
  database: Database,
  alerts: PreparedAlert[],
  pace: Pace = (statement) => statement(),
): Promise<Insertion[]> {
  const first = new Map<string, PreparedAlert>();
  for (const alert of alerts) if (!first.has(alert.alertId)) first.set(alert.alertId, alert);
  const days = await insertRows(database, [...first.values()], pace);
  const hashes = await storedHashes(
    database,
    [...first.keys()].filter((alertId) => !days.has(alertId)),
  );
  return alerts.map((alert) => {
    const { alertId, contentHash } = alert;
    const day = days.get(alertId);
    if (day !== undefined && first.get(alertId) === alert) return { kind: 'accepted', day };
    const stored = day === undefined ? hashes.get(alertId) : first.get(alertId)?.contentHash;
    return { kind: 'duplicate', differs: stored !== undefined && !stored.equals(contentHash) };
  });
}

/** The hashes of alerts stored before. Where they cannot be read, the alerts are accepted all the same. */
async function storedHashes(database: Database, alertIds: string[]): Promise<Map<string, Buffer>> {
  if (alertIds.length === 0) return new Map();
  const found = await database.pool
    .query<{ alertId: string; contentHash: Buffer | null }>(STORED_HASHES, [alertIds])
    .catch(() => ({ rows: [] }));
  return new Map(
    found.rows.flatMap(({ alertId, contentHash }) => (contentHash === null ? [] : [[alertId, contentHash]])),
  );
}

async function insertRows(
  database: Database,
  alerts: PreparedAlert[],
  pace: Pace,
): Promise<Map<string, string>> {
  const statements = statementsOf(alerts);
  try {
    return await runInserts(database, statements, pace);
  } catch (error) {
    if (!isMissingPartition(error)) throw error;
    // Nobody made today's partition ahead: the status service was unavailable for days.
    await ensurePartitions(database, { lockTimeoutMs: 0 }).catch((fault: unknown) => {
      throw isDatabaseUnavailable(fault) ? unavailable(fault, 'no partition for today') : fault;
    });
    return runInserts(database, statements, pace);
  }
}

/** The size of the alerts' rows, as they are sent. */
export function rowBytesOf(alerts: PreparedAlert[]): number {
  return alerts.reduce((bytes, { row }) => bytes + row.length, 0);
}

/**
 * The rows of each statement. All are in the order of their ids, so that concurrent inserts wait and never deadlock.
 */
function statementsOf(alerts: PreparedAlert[]): Buffer[][] {
  const bytesMax = rowBytesOf(alerts) > STATEMENT_BYTES_MAX ? PART_BYTES_MAX : STATEMENT_BYTES_MAX;
  const statements: Buffer[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { row } of alerts.toSorted((a, b) => (a.alertId < b.alertId ? -1 : 1))) {
    if (bytes + row.length > bytesMax) {
      statements.push([]);
      bytes = 0;
    }
    statements.at(-1)?.push(row);
    bytes += row.length;
  }
  return statements;
}

async function runInserts(
  database: Database,
  statements: Buffer[][],
  pace: Pace,
): Promise<Map<string, string>> {
  const [first] = statements;
  if (first !== undefined && statements.length === 1) return new Map(await runInsert(database, first, pace));
  try {
    return await inTransaction(database, async (client) => {
      const days: [string, string][] = [];
      for (const rows of statements) days.push(...(await pace(() => queryInsert(database, client, rows))));
      return new Map(days);
    });
  } catch (error) {
    throw databaseProblem(error) ?? error;
  }
}

async function queryInsert(
  { outage }: Database,
  client: Transaction,
  rows: Buffer[],
): Promise<[string, string][]> {
  const text = Buffer.concat(rows.flatMap((row, index) => [index === 0 ? OPEN : COMMA, row]).concat(CLOSE));
  const answer = await outage.answerOf(
    () => client.query<{ alertId: string; day: string }>(INSERT, [text]),
    LATE_MS,
  );
  return answer.rows.map(({ alertId, day }) => [alertId, day]);
}

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

async function runInsert(database: Database, rows: Buffer[], pace: Pace): Promise<[string, string][]> {
  const client = await connect(database);
  let broken: Error | undefined;
  try {
    return await pace(() => queryInsert(database, client, rows));
  } catch (error) {
    throw insertProblem(error, (reason) => {
      broken = reason;
    });
  } finally {
    client.release(broken);
  }
}

async function connect({ pool, outage }: Database): Promise<Transaction> {
  let connecting: Promise<Transaction> | undefined;
  const begin = () => {
    connecting = pool.connect();
    return connecting;
  };
  return outage.answerOf(begin, LATE_MS).catch((error: unknown) => {
    // One that comes when nobody waits for it any more.
    connecting?.then(
      (client) => client.release(),
      () => undefined,
    );
    throw unavailable(error, 'no database connection');
  });
}

/** Nothing was stored, since the insert was not even sent. */
function unavailable(cause: unknown, internal: string): ProblemError {
  return new ProblemError('unavailable', { retryAfterSeconds: 2, cause, internal });
}

/** SQLSTATE io_error: it may come from the commit, whose record may be on the disk or not. */
const IO_ERROR = '58030';

/** A refusal that Postgres sent stored nothing; silence or a broken connection may have. */
function insertProblem(error: unknown, discard: (reason: Error) => void): unknown {
  if (!isDatabaseUnavailable(error) && !(error instanceof UnavailableError)) return error;
  discard(error as Error);
  const { severity, code } = error as { severity?: string; code?: string };
  const isRefusal = severity !== undefined && code !== IO_ERROR;
  return new ProblemError(isRefusal ? 'unavailable' : 'outcome_unknown', {
    retryAfterSeconds: 2,
    cause: error,
    internal: 'the insert of alerts failed',
  });
}
