import { randomBytes } from 'node:crypto';

/** The oldest that Tocsin runs on, as `.env.example` says of `DATABASE_URL`. */
export const POSTGRES_MAJOR_MIN = 15;

export const POSTGRES_START_TIMEOUT_MS = 60_000;

/**
 * A database for tests may lose its data when the machine goes down, so it doesn't wait for the disk. Commits stay
 * synchronous: killing Postgres itself must not lose what it has acknowledged, or tests of that would prove nothing.
 * Nor does it compile statements, which takes longer than running them on the few rows of a test.
 */
export const POSTGRES_SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  jit: 'off',
};

/** A server on loopback can be reached by everybody on the machine, and its superuser can run programs. */
export function createPassword(): string {
  return randomBytes(12).toString('hex');
}

/** The address of the server's own database, as its superuser. */
export function postgresUrl(host: string, port: number, password: string): string {
  return `postgres://postgres:${password}@${host}:${port}/postgres`;
}
