import { randomBytes } from 'node:crypto';
import { PATIENCE_MS } from './patience.ts';

export interface TestDatabase {
  url: string;
  /** Removes the database, ending whatever is still connected to it. */
  drop(): Promise<void>;
}

/**
 * Makes an empty database on the server, for one test file.
 *
 * @param adminUrl - as a user who may create databases: `(await providePostgres()).url`
 * @param name - makes the database's name readable; a random part keeps it unique
 * @param options.encoding - another than UTF8, as `LATIN1`; its locale is then `C`
 * @param options.settings - which its sessions get by default, by name, as in `ALTER DATABASE … SET`
 */
export async function createTestDatabase(
  adminUrl: string,
  name = 'test',
  { encoding, settings = {} }: { encoding?: string; settings?: Record<string, string> } = {},
): Promise<TestDatabase> {
  const database = `tocsin_${name.replace(/\W/g, '_').slice(0, 40)}_${randomBytes(5).toString('hex')}`;
  // template0, since nobody can be connected to it: creating a copy of a database in use fails.
  const encoded = encoding === undefined ? '' : ` ENCODING '${encoding}' LOCALE 'C'`;
  await runAsAdmin(adminUrl, `CREATE DATABASE "${database}" TEMPLATE template0${encoded}`);
  for (const [setting, value] of Object.entries(settings))
    await runAsAdmin(adminUrl, `ALTER DATABASE "${database}" SET ${setting} = ${value}`);
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return {
    url: url.href,
    drop: () => runAsAdmin(adminUrl, `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`),
  };
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
