import pg from 'pg';

/**
 * Settings of every session, which override those of server, database and role: how values are written and read as
 * text, how statements behave, and Postgres's own time limits.
 */
export const PINNED = {
  DateStyle: 'ISO, YMD',
  TimeZone: 'UTC',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  default_text_search_config: 'pg_catalog.simple',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  // With a month of partitions, compiling takes seconds for a query that runs for milliseconds.
  jit: 'off',
};

/** Where Tocsin's tables are unless the URL says otherwise. */
const DEFAULT_SCHEMA = 'public';

export interface SessionSettings {
  /** How statements are planned, by the setting's name. */
  [planning: `enable_${string}`]: 'off';
  max_parallel_workers_per_gather?: number;
  random_page_cost?: number;
  default_transaction_read_only?: 'on';
  /** Shown in `pg_stat_activity`. */
  application_name?: string;
  /** As Postgres writes it: quoted where that is needed. */
  search_path?: string;
  /** Milliseconds. */
  statement_timeout?: number;
  /** On by default, also if a role or database turned it off: 202 means stored on disk. */
  synchronous_commit?: 'off';
}

/** @returns the search path that a URL chooses by `?options=-c search_path=…`, or the default schema */
export function searchPathOf(databaseUrl: string): string {
  const [, encoded = ''] = /[?&]options=([^&#]*)/.exec(databaseUrl) ?? [];
  const options = decodeURIComponent(encoded.replaceAll('+', ' '));
  return /(?:^|\s)(?:-c\s*|--)search_path=(\S+)/.exec(options)?.[1] ?? DEFAULT_SCHEMA;
}

/** One statement, so one answer to wait for. A setting that this version of Postgres does not have is left out. */
function pinStatement(settings: SessionSettings): string {
  const values = Object.entries({ ...PINNED, statement_timeout: 0, ...settings });
  const calls = values.map(([name, value]) => {
    const text = `'${String(value).replaceAll("'", "''")}'`;
    return `CASE WHEN pg_catalog.current_setting('${name}', true) IS NOT NULL
      THEN pg_catalog.set_config('${name}', ${text}, false) END`;
  });
  const durable = `CASE WHEN pg_catalog.current_setting('synchronous_commit') = 'off'
    THEN pg_catalog.set_config('synchronous_commit', 'on', false) END`;
  return `SELECT ${[...calls, ...(settings.synchronous_commit === undefined ? [durable] : [])].join(', ')}`;
}

/** First, by plain `SET`s, which are fast: a role's own time limit could end a slower statement. */
const UNLIMITED = 'SET statement_timeout = 0; SET jit = off';

const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Pins a new connection's settings, before anything else is sent on it. By statements, since a pooler refuses unknown
 * start-up parameters; and after a full reset, since a pooler may pass on a session with its last user's settings,
 * prepared statements and locks.
 */
export async function pinSession(client: pg.ClientBase, settings: SessionSettings): Promise<void> {
  for (const text of ['DISCARD ALL', UNLIMITED, pinStatement(settings)]) {
    await client.query({ text, query_timeout: ANSWER_TIMEOUT_MS } as pg.QueryConfig);
  }
}

/**
 * Postgres ends a statement that takes too long, and says so. So much later the connection is ended with all that was sent on
 * it: where Postgres is silent, or statements that were sent together take as long; milliseconds.
 */
const SILENCE_MS = 1_000;

export interface PoolOptions
  extends Omit<pg.PoolConfig, 'connectionString' | 'onConnect' | 'statement_timeout' | 'query_timeout'> {
  databaseUrl: string;
  /** Beyond what every session has; the search path is the URL's, or `public`. */
  session: SessionSettings;
}

/** A pool whose every connection is pinned before its first use. Nothing is sent until the first query. */
export function createPool({ databaseUrl, session, ...options }: PoolOptions): pg.Pool {
  const settings = { search_path: searchPathOf(databaseUrl), ...session };
  const { statement_timeout: timeoutMs = 0 } = session;
  const pool = new pg.Pool({
    ...options,
    connectionString: databaseUrl,
    keepAlive: true,
    query_timeout: timeoutMs === 0 ? 0 : timeoutMs + SILENCE_MS,
    // Statements are sent as they come, not each once the one before was answered: see `answersInOrder`. With it, pg has no
    // cursors and no streams of rows.
    pipeline: true,
    // Awaited by the pool, unlike its event `connect`.
    onConnect: async (client: pg.ClientBase) => {
      // A connection that breaks emits this besides what it rejects; without a listener, it would end the process.
      client.on('error', () => undefined);
      await pinSession(client, settings);
    },
  } as pg.PoolConfig);
  // The same for an idle connection, also while the pool is being closed.
  return pool.on('error', () => undefined);
}
