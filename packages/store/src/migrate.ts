import { setTimeout as wait } from 'node:timers/promises';
import type { OutageLog } from '@tocsin/outage';
import type { Sealer } from '@tocsin/secrets';
import { Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import { isTransientConflict } from './failures.ts';
import { assertFitDatabase } from './fit-database.ts';
import * as initial from './migrations/0001-initial.ts';
import * as statistics from './migrations/0002-statistics.ts';
import * as bulkResends from './migrations/0003-bulk-resends.ts';
import * as sessions from './migrations/0004-sessions.ts';
import * as alertContent from './migrations/0005-alert-content.ts';
import * as reads from './migrations/0006-reads.ts';
import { SealerNeededError, sealUrls } from './migrations/0007-sealed-urls.ts';
import * as access from './migrations/0008-access.ts';
import * as attemptDetails from './migrations/0009-attempt-details.ts';
import * as displayNames from './migrations/0010-display-names.ts';
import * as alertsOfEveryStatus from './migrations/0011-alerts-of-every-status.ts';
import * as outcomesOfBulkResends from './migrations/0012-outcomes-of-bulk-resends.ts';
import * as apiKeysInOrder from './migrations/0013-api-keys-in-order.ts';
import * as sizesOfDestinations from './migrations/0014-sizes-of-destinations.ts';
import * as resendsInOrderOfReceipt from './migrations/0015-resends-in-order-of-receipt.ts';
import * as names from './migrations/0016-names.ts';
import * as paused from './migrations/0017-paused.ts';
import * as health from './migrations/0018-health.ts';
import * as missingResends from './migrations/0019-missing-resends.ts';
import * as flow from './migrations/0020-flow.ts';
import * as backlogs from './migrations/0021-backlogs.ts';
import * as takenAt from './migrations/0022-taken-at.ts';
import { ensurePartitions } from './partitions.ts';
import { withSessionLock } from './session-lock.ts';

export interface MigrateOptions {
  /**
   * Seals what earlier versions stored unencrypted. A service without keys omits it; if there is something to seal, it
   * waits until another service has done it.
   */
  sealer?: Sealer;
  log?: Pick<OutageLog, 'warn'>;
}

const migrationsWith = (sealer: Sealer | undefined) => ({
  '0001-initial': initial,
  '0002-statistics': statistics,
  '0003-bulk-resends': bulkResends,
  '0004-sessions': sessions,
  '0005-alert-content': alertContent,
  '0006-reads': reads,
  '0007-sealed-urls': sealUrls(sealer),
  '0008-access': access,
  '0009-attempt-details': attemptDetails,
  '0010-display-names': displayNames,
  '0011-alerts-of-every-status': alertsOfEveryStatus,
  '0012-outcomes-of-bulk-resends': outcomesOfBulkResends,
  '0013-api-keys-in-order': apiKeysInOrder,
  '0014-sizes-of-destinations': sizesOfDestinations,
  '0015-resends-in-order-of-receipt': resendsInOrderOfReceipt,
  '0016-names': names,
  '0017-paused': paused,
  '0018-health': health,
  '0019-missing-resends': missingResends,
  '0020-flow': flow,
  '0021-backlogs': backlogs,
  '0022-taken-at': takenAt,
});

/**
 * Held while the schema is read and changed: the migrator takes its own lock only after it has listed the tables, and
 * Postgres may fail to describe a table that another session is changing.
 */
const ALONE = { lock: 'tocsin migrations', how: 'wait' } as const;

/** How often a service without keys checks whether it can continue. */
const LOOK_EVERY_MS = 1_000;

/**
 * Brings the schema to this version and makes the coming days' partitions, without a time limit: a large table takes
 * long. Several services may call it at once: an advisory lock lets one of them do the work. A database that is ahead
 * of this version is refused by the migrator.
 *
 * @throws UnfitDatabaseError where Tocsin cannot work on the database; then nothing was changed
 */
export async function migrate(database: Database, options: MigrateOptions = {}): Promise<void> {
  await assertFitDatabase(database);
  await database.withoutTimeLimit((patient) => migrateFit(patient, options));
}

async function migrateFit(database: Database, { sealer, log }: MigrateOptions): Promise<void> {
  const { rows } = await database.pool.query<{ schema: string }>('SELECT current_schema()::text AS schema');
  const migrator = new Migrator({
    db: database.db,
    // Named, since somebody else's schema of this database may have a table of that name too.
    migrationTableSchema: rows[0]!.schema,
    provider: { getMigrations: async () => migrationsWith(sealer) },
  });
  let hasSaidSo = false;
  for (;;) {
    const mustWait = sealer === undefined && (await hasUrlsToSeal(database));
    if (!mustWait) {
      const { error } = (await withSessionLock(database, ALONE, () => migrator.migrateToLatest())) ?? {};
      if (error === undefined) break;
      // Services of the version before may still be writing: of a deadlock with one, Postgres may choose this.
      if (isTransientConflict(error)) {
        log?.warn(
          { event: 'migration.repeated', err: error },
          'the migration met the work of another service, and is begun anew',
        );
        continue;
      }
      if (!(error instanceof SealerNeededError)) throw error;
    }
    if (!hasSaidSo)
      log?.warn(
        { event: 'migration.waiting' },
        'waiting for a service with TOCSIN_SECRET_KEYS to migrate the database',
      );
    hasSaidSo = true;
    await wait(LOOK_EVERY_MS);
  }
  // Other services that start now make the same partitions: wait for their locks.
  await ensurePartitions(database, { lockTimeoutMs: 0 });
}

/** Checked first, so that a service without keys does not repeatedly begin a migration that it cannot finish. */
async function hasUrlsToSeal({ pool }: Database): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM pg_attribute
     WHERE attrelid = to_regclass('destinations') AND attname = 'url' AND NOT attisdropped`,
  );
  if (rowCount === 0) return false;
  const { rows } = await pool.query<{ found: boolean }>(
    'SELECT EXISTS (SELECT FROM destinations WHERE deleted_at IS NULL) AS found',
  );
  return rows[0]?.found === true;
}
