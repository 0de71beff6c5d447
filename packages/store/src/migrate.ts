import { Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import { assertFitDatabase } from './fit-database.ts';
import * as initial from './migrations/0001-initial.ts';
import * as statistics from './migrations/0002-statistics.ts';
import * as bulkResends from './migrations/0003-bulk-resends.ts';
import * as sessions from './migrations/0004-sessions.ts';
import * as alertContent from './migrations/0005-alert-content.ts';
import * as reads from './migrations/0006-reads.ts';
import * as access from './migrations/0008-access.ts';
import * as attemptDetails from './migrations/0009-attempt-details.ts';
import { ensurePartitions } from './partitions.ts';

const MIGRATIONS = {
  '0001-initial': initial,
  '0002-statistics': statistics,
  '0003-bulk-resends': bulkResends,
  '0004-sessions': sessions,
  '0005-alert-content': alertContent,
  '0006-reads': reads,
  '0008-access': access,
  '0009-attempt-details': attemptDetails,
};

/**
 * Brings the schema to this version and makes the coming days' partitions. Several services may call it at once: an
 * advisory lock lets one of them do the work. A database that is ahead of this version is refused by the migrator.
 *
 * @throws UnfitDatabaseError where Tocsin cannot work on the database; then nothing was changed
 */
export async function migrate(database: Database): Promise<void> {
  await assertFitDatabase(database);
  const { rows } = await database.pool.query<{ schema: string }>('SELECT current_schema()::text AS schema');
  const migrator = new Migrator({
    db: database.db,
    // Named, since somebody else's schema of this database may have a table of that name too.
    migrationTableSchema: rows[0]!.schema,
    provider: { getMigrations: async () => MIGRATIONS },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  // Others that start at the same time make the same ones: wait for them.
  await ensurePartitions(database, { lockTimeoutMs: 0 });
}
