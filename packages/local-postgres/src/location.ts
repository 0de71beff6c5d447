import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Account } from './account.ts';
import { binariesUnder, type PostgresBinaries } from './binaries.ts';

/** Where root's Postgres goes when its own account cannot enter the wanted folder. */
const SYSTEM_DIR = '/var/lib/tocsin';

export interface Location {
  binaries: PostgresBinaries;
  /** The folder of the cluster and its log. */
  dir: string;
}

/**
 * Decides where the server and its data live: in the wanted folder, unless root runs it for another account that
 * cannot enter that folder (a checkout under /root, or in a private temporary folder). Then the data goes to a folder
 * under /var/lib/tocsin that follows from the wanted one, and the binaries beside it.
 */
export function locate(
  wantedDir: string,
  binaries: PostgresBinaries,
  account: Account | undefined,
): Location {
  if (account === undefined) {
    mkdirSync(wantedDir, { recursive: true, mode: 0o700 });
    return { binaries, dir: wantedDir };
  }
  const reachable = isOpenToAll(path.dirname(path.resolve(wantedDir)));
  const dir = reachable ? wantedDir : path.join(SYSTEM_DIR, `data-${hash(path.resolve(wantedDir))}`);
  mkdirSync(path.dirname(dir), { recursive: true, mode: 0o755 });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chownSync(dir, account.uid, account.gid);
  return { dir, binaries: isOpenToAll(binaries.root) ? binaries : copyBinaries(binaries) };
}

/** Whether every folder on the way, the last one included, may be entered by anybody. Folders not there yet count. */
export function isOpenToAll(dir: string): boolean {
  for (let place = path.resolve(dir); ; place = path.dirname(place)) {
    if (existsSync(place) && (statSync(place).mode & 0o001) === 0) return false;
    if (place === path.dirname(place)) return true;
  }
}

/** One copy per release, made under another name first, so that a half-made one is never used. */
function copyBinaries({ root }: PostgresBinaries): PostgresBinaries {
  const target = path.join(SYSTEM_DIR, `postgres-${hash(path.resolve(root))}`);
  if (!existsSync(target)) {
    const unfinished = `${target}.${process.pid}`;
    mkdirSync(path.dirname(target), { recursive: true, mode: 0o755 });
    cpSync(root, unfinished, { recursive: true, verbatimSymlinks: true });
    if (!existsSync(target)) renameSync(unfinished, target);
  }
  return binariesUnder(target);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
