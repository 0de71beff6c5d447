import { createOutage, type Outage, type OutageLog } from '@tocsin/outage';
import { type Driver, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { commitFailure, isDatabaseUnavailable } from './failures.ts';
import { createPool, type SessionSettings } from './pinned-session.ts';
import type { Tables } from './tables.ts';
import { parseTextArray, TEXT_ARRAY_OID } from './text-array.ts';

export interface Database {
  readonly db: Kysely<Tables>;
  /** The same connections, for statements that are better written as SQL. */
  readonly pool: pg.Pool;
  /** Shared by all that use this database, so that an outage is two lines in a process's log. */
  readonly outage: Outage;
  /** Runs slow work, such as a migration of large tables, on connections without a time limit or `session`. */
  withoutTimeLimit<T>(work: (database: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  databaseUrl: string;
  poolMax: number;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  log: OutageLog;
  /**
   * The outage of the same database, if the process has another pool of it: an outage is logged once, not by each pool.
   */
  outage?: Outage;
  /** Postgres ends a statement that takes longer, and its client a second later what it sent; milliseconds, 0 for never. */
  queryTimeoutMs?: number;
  /** See {@link Outage.answerOf}; milliseconds. */
  lateMs?: number | undefined;
  /** Settings of its sessions, instead of those by which rows are found by indexes. */
  session?: SessionSettings;
}

/** A connection keeps the plans of its prepared statements, and there are some for each day; seconds. */
const LIFETIME_SECONDS = 86_400;

const DATE_OID = 1082;
const BIGINT_OID = 20;
const UUID_ARRAY_OID = 2951;

/**
 * Dates as text, bigints as numbers (counters and identities, far below 2^53), arrays faster; the rest as pg reads it.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === DATE_OID) return (text: string) => text;
    if (oid === BIGINT_OID) return Number;
    if (oid === TEXT_ARRAY_OID || oid === UUID_ARRAY_OID) return parseTextArray;
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

/**
 * What the read API may use of Postgres: how many statements at once, and how long each may take. More than the reads
 * of one key need, each of which may run two statements at once.
 */
export const READS_POOL_MAX = 6;
const READS_TIMEOUT_MS = 3_000;

/**
 * Lists are read in the order of an index, row by row, until a page is full. Where statistics are missing or old,
 * Postgres would rather read a table whole and sort it; this setting prevents that.
 */
const READS_PLANNING: SessionSettings = {
  enable_seqscan: 'off',
  enable_sort: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  max_parallel_workers_per_gather: 0,
  // Otherwise Postgres scans the rows of all destinations in order and filters for the one wanted.
  random_page_cost: 1,
};

/**
 * Opens the pool of a process that only reads: a few connections of its own, so that a read may wait for other reads,
 * but a write never waits for reads. A statement that takes too long is ended by Postgres, and one that would write is
 * refused.
 */
export function connectReads(options: Omit<DatabaseOptions, 'poolMax' | 'session'>): Database {
  return connectDatabase({
    queryTimeoutMs: READS_TIMEOUT_MS,
    ...options,
    poolMax: READS_POOL_MAX,
    session: { ...READS_PLANNING, default_transaction_read_only: 'on' },
  });
}

/**
 * Rows are found by indexes. While a new day has few rows, Postgres would rather read them all, and plans of prepared
 * statements outlive that; so it would where many rows have a lease, or had one when the table was analyzed.
 */
const PLANNING: SessionSettings = { enable_seqscan: 'off' };

/** Opens a pool of connections; nothing is sent until the first query. */
export function connectDatabase(options: DatabaseOptions): Database {
  const queryTimeoutMs = options.queryTimeoutMs ?? 30_000;
  const connections = {
    databaseUrl: options.databaseUrl,
    session: {
      application_name: options.applicationName,
      statement_timeout: queryTimeoutMs,
      ...(options.session ?? PLANNING),
    },
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    types,
  };
  const pool = createPool({ ...connections, max: options.poolMax });
  const outage =
    options.outage ??
    createOutage({
      name: 'Postgres',
      event: 'postgres',
      isIts: isDatabaseUnavailable,
      ask: async () => {
        // That all connections are busy says nothing about Postgres.
        const isFull = pool.idleCount === 0 && pool.totalCount >= options.poolMax;
        if (!isFull) return pool.query('SELECT 1');
        const apart = createPool({ ...connections, max: 1 });
        return apart.query('SELECT 1').finally(() => apart.end());
      },
      log: options.log,
      lateMs: options.lateMs,
    });
  reportLostConnections(pool, outage);
  const db = new Kysely<Tables>({ dialect: createDialect(pool) });
  return {
    db,
    pool,
    outage,
    withoutTimeLimit: async (work) => {
      const patient = connectDatabase({ ...options, poolMax: 2, outage, queryTimeoutMs: 0, session: {} });
      return work(patient).finally(patient.close);
    },
    close: async () => {
      if (options.outage === undefined) outage.close();
      await db.destroy();
      // Kysely ends the pool only if Kysely itself has run a statement.
      if (!pool.ended) await pool.end();
    },
  };
}

/** Whether Postgres answers, for a readiness report. */
export function postgresState({ pool }: Pick<Database, 'pool'>): Promise<'ok' | 'unavailable'> {
  return pool.query('SELECT 1').then(
    () => 'ok',
    () => 'unavailable',
  );
}

/**
 * A connection that breaks emits `error`, often twice, which would end the process without a listener. The pool listens
 * to idle connections only, and pg also rejects the statement in flight, so all that is left to do here is to report
 * it.
 */
function reportLostConnections(pool: pg.Pool, outage: Outage): void {
  pool.on('connect', (client) => {
    client.on('error', outage.failed);
  });
}

/** Kysely's dialect, whose transactions say where their outcome is unknown, as `inTransaction` does. */
function createDialect(pool: pg.Pool): PostgresDialect {
  const dialect = new PostgresDialect({ pool });
  const createDriver = dialect.createDriver.bind(dialect);
  dialect.createDriver = () => tellingOutcomes(createDriver());
  return dialect;
}

function tellingOutcomes(driver: Driver): Driver {
  const commit = driver.commitTransaction.bind(driver);
  const rollback = driver.rollbackTransaction.bind(driver);
  driver.commitTransaction = (connection) =>
    commit(connection).catch((error) => {
      throw commitFailure(error);
    });
  // A connection on which not even this works is not used again; its error would hide the first one.
  driver.rollbackTransaction = (connection) => rollback(connection).catch(() => undefined);
  return driver;
}
