import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/** What a server tells in `postmaster.pid` (Postgres's `pidfile.h`). */
export interface PostmasterFile {
  pid: number;
  /** Null where it does not listen yet. */
  port: number | null;
  /** It starts or stops, so that not answering is no fault. */
  isBusy: boolean;
}

const pathOf = (dataDir: string) => path.join(dataDir, 'postmaster.pid');

/** Parses the file: line 1 is the process, line 4 the port, line 8 the state. Null where it names no process. */
export function parsePostmasterFile(text: string): PostmasterFile | null {
  const lines = text.split('\n').map((line) => line.trim());
  const number = (line: string | undefined) => (/^[1-9]\d*$/.test(line ?? '') ? Number(line) : null);
  const pid = number(lines[0]);
  if (pid === null) return null;
  return { pid, port: number(lines[3]), isBusy: !['ready', 'standby'].includes(lines[7] ?? '') };
}

/** @returns null where there is none, so that no server runs */
export function readPostmasterFile(dataDir: string): PostmasterFile | null {
  try {
    return parsePostmasterFile(readFileSync(pathOf(dataDir), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function removePostmasterFile(dataDir: string): void {
  rmSync(pathOf(dataDir), { force: true });
}
