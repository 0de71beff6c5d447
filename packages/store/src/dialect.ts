import { type Driver, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { commitFailure } from './failures.ts';

/** Kysely's dialect, whose transactions say where their outcome is unknown, as `inTransaction` does. */
export function createDialect(pool: pg.Pool): PostgresDialect {
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
  // A connection on which not even this works is not used again; its error would hide the one that came before.
  driver.rollbackTransaction = (connection) => rollback(connection).catch(() => undefined);
  return driver;
}
