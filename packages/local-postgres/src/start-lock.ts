import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive, startOf } from './process-identity.ts';

/** Another process starts, or has, the server of this data folder. */
export class LocalPostgresInUseError extends Error {
  readonly code = 'local_postgres_in_use';
}

const TRIES_MAX = 5;

/**
 * Keeps others from making, adopting or starting the server of a folder at the same time. A lock that a killed process
 * left is taken over.
 *
 * @returns how to give it back
 * @throws LocalPostgresInUseError
 */
export function lockStart(dir: string): () => void {
  const file = path.join(dir, 'starting.lock');
  // Made complete under another name first, so that a lock that is there always names its owner.
  const own = `${file}.${process.pid}.${performance.now()}`;
  writeFileSync(own, `${process.pid}\n${startOf(process.pid)}\n`, { mode: 0o600 });
  try {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      if (claim(own, file)) return () => rmSync(file, { force: true });
      const holder = read(file);
      if (holder === null) continue;
      if (isHeld(holder)) break;
      remove(file, holder);
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new LocalPostgresInUseError('Another Tocsin is starting on this data folder');
}

function claim(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function isHeld(holder: string): boolean {
  const [pid = '', start = ''] = holder.split('\n');
  return isAlive(Number(pid)) && startOf(Number(pid)) === start;
}

/** Removes a lock that was left; one that another process has taken over since is restored. */
function remove(file: string, left: string): void {
  const aside = `${file}.left.${process.pid}.${performance.now()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (read(aside) !== left) claim(aside, file);
  rmSync(aside, { force: true });
}
