import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CaseContext } from '../../harness/cases/case.ts';
import type { Installation } from '../../harness/system/installation.ts';
import type { PostgresServer } from '../../harness/system/postgres-server.ts';

/** What it takes to see where the time of a case goes. Without a folder for it, nothing. */
interface Profile {
  /** Of Postgres. */
  settings: Record<string, string>;
  /** Of every service: Node writes a profile of its processor time when it ends. */
  env: (name: string) => Record<string, string>;
  /** Ends the services in good order, so that they write theirs. */
  end(installation: Installation): Promise<void>;
  /** Writes which statements Postgres was busy with. */
  writeStatements(postgres: PostgresServer): Promise<void>;
}

const STATEMENTS = `SELECT round(total_exec_time)::int AS "totalMs", round(total_plan_time)::int AS "planMs", calls::int,
  round((total_exec_time / calls)::numeric, 3)::float8 AS "meanMs", rows::int, (wal_bytes / 1024)::int AS "walKib", query
  FROM pg_stat_statements WHERE calls > 0 ORDER BY total_exec_time DESC LIMIT 100`;

export function createProfile({
  profileDir,
  caseName,
}: Pick<CaseContext, 'profileDir' | 'caseName'>): Profile {
  if (profileDir === undefined || profileDir === null) {
    return { settings: {}, env: () => ({}), end: async () => {}, writeStatements: async () => {} };
  }
  const folder = path.join(profileDir, caseName);
  mkdirSync(folder, { recursive: true });
  return {
    settings: {
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.track_planning': 'on',
    },
    env: (name) => ({ NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${path.join(folder, name)}` }),
    async end({ processes }) {
      await Promise.all(processes.map((one) => one.terminate()));
    },
    async writeStatements(postgres) {
      await postgres.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
      const rows = await postgres.query(STATEMENTS);
      writeFileSync(path.join(folder, 'postgres-statements.json'), `${JSON.stringify(rows, null, 2)}\n`);
    },
  };
}
