import { randomBytes } from 'node:crypto';
import { PATIENCE_MS } from './patience.ts';
import { ProvisionError } from './provide-first.ts';

export interface TestDatabase {
  url: string;
  /** Removes the database, ending whatever is still connected to it. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Makes it as `migrate` leaves it, a copy of the run's template; else it is empty. */
  isMigrated?: boolean;
  /** Other than UTF8, as `LATIN1`; the locale is then `C`. For an empty one. */
  encoding?: string;
  /** Of ICU, as `tr-TR`; else the locale is `C`. For an empty one in UTF8. */
  locale?: string;
  /** Defaults of its sessions, by name, as in `ALTER DATABASE … SET`. */
  settings?: Record<string, string>;
}

/**
 * Makes a database on the Postgres of this jest run, for one test file or one test.
 *
 * @param name - as of `createDatabaseOn`
 * @throws ProvisionError saying why the run has no Postgres
 */
export async function createTestDatabase(
  name = 'test',
  options: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const { TOCSIN_TEST_DATABASE_URL: adminUrl, TOCSIN_TEST_DATABASE_PROBLEM: problem } = process.env;
  if (!adminUrl) throw new ProvisionError(problem ?? 'The setup of the tests has started no Postgres');
  return createDatabaseOn(adminUrl, name, options);
}

/**
 * Makes a database on a server.
 *
 * @param adminUrl - as a user who may create databases: `(await providePostgres()).url`
 * @param name - makes the database's name readable; a random part keeps it unique
 */
export async function createDatabaseOn(
  adminUrl: string,
  name = 'test',
  { isMigrated = false, encoding, locale, settings = {} }: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const database = `tocsin_${name.replace(/\W/g, '_').slice(0, 40)}_${randomBytes(5).toString('hex')}`;
  // Nobody can be connected to either template: creating a copy of a database in use fails.
  const template = isMigrated ? migratedTemplate() : 'template0';
  const encoded =
    encoding === undefined && locale === undefined ? '' : ` ENCODING '${encoding ?? 'UTF8'}' LOCALE 'C'`;
  const located = locale === undefined || locale === 'C' ? '' : ` LOCALE_PROVIDER icu ICU_LOCALE '${locale}'`;
  await runAsAdmin(adminUrl, `CREATE DATABASE "${database}" TEMPLATE "${template}"${encoded}${located}`);
  for (const [setting, value] of Object.entries(settings))
    await runAsAdmin(adminUrl, `ALTER DATABASE "${database}" SET ${setting} = ${value}`);
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return {
    url: url.href,
    drop: () => runAsAdmin(adminUrl, `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`),
  };
}

/** @throws Error saying why the run has none */
function migratedTemplate(): string {
  const { TOCSIN_TEST_DATABASE_TEMPLATE: name, TOCSIN_TEST_DATABASE_PROBLEM: problem } = process.env;
  if (name === undefined) throw new Error(problem ?? 'The setup of the tests has made no migrated database');
  return name;
}

/** Runs one statement on a connection of its own. */
export async function runAsAdmin(adminUrl: string, statement: string): Promise<void> {
  // On demand: loading this package for a receiver alone shouldn't load a database driver.
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: PATIENCE_MS });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
