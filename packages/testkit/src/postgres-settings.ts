import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The oldest that Tocsin runs on, as `.env.example` says of `DATABASE_URL`. */
export const POSTGRES_MAJOR_MIN = 15;

export const POSTGRES_START_TIMEOUT_MS = 60_000;

/**
 * A database for tests may lose its data when the machine goes down, so it doesn't wait for the disk. Commits stay
 * synchronous: killing Postgres itself must not lose what it has acknowledged, or tests of that would prove nothing.
 * Nor does it compile statements, which takes longer than running them on the few rows of a test.
 */
export const POSTGRES_FLAGS = [
  ['fsync', 'off'],
  ['full_page_writes', 'off'],
  ['max_connections', '300'],
  ['jit', 'off'],
].flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** Locale and encoding as on the servers Tocsin runs on. macOS has no `C.UTF-8`: there the user's own locale counts. */
export const INITDB_FLAGS = [
  '--encoding=UTF8',
  '--no-sync',
  ...(process.platform === 'linux' ? ['--locale=C.UTF-8'] : []),
];

/** A server on loopback can be reached by whoever else is on the machine, and its superuser can run programs. */
export function createPassword(): string {
  return randomBytes(12).toString('hex');
}

/** The address of the server's own database, as its superuser. */
export function postgresUrl(host: string, port: number, password: string): string {
  return `postgres://postgres:${password}@${host}:${port}/postgres`;
}

/**
 * Postgres refuses to run as root: then it runs as the user `postgres`, or failing that as `nobody`.
 *
 * @returns undefined where this process isn't root, null where neither user exists
 */
export async function findPostgresIdentity(): Promise<{ uid: number; gid: number } | undefined | null> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, user]))).catch(() => null);
    const [uid, gid] = (ids ?? []).map(({ stdout }) => Number(stdout));
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  return null;
}
