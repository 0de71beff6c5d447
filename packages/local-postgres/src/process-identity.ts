import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

/** Whether a process with this id exists, of any user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When a process was started, in the system's own words: together with its id it names one process for ever, since ids
 * are used again. Empty where the system does not tell.
 */
export function startOf(pid: number): string {
  try {
    // Behind the name in brackets, which may hold anything, the 20th field is the start (proc(5), field 22).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return askPs(pid, 'lstart=');
  }
}

/**
 * Whether a process is a Postgres server on this data folder, where it then works. `unknown` where the system shows too
 * little of it.
 */
export function servesData(pid: number, dataDir: string): 'yes' | 'no' | 'unknown' {
  const folder = workingFolderOf(pid);
  if (folder === 'ended') return 'no';
  if (folder !== null) return folder.path === realpathSync(dataDir) ? 'yes' : 'no';
  const command = askPs(pid, 'args=');
  if (command === '') return 'unknown';
  if (!/postgres|postmaster/i.test(command)) return 'no';
  return command.includes(dataDir) ? 'yes' : 'unknown';
}

/** @returns null where the system does not tell */
function workingFolderOf(pid: number): { path: string } | 'ended' | null {
  try {
    return { path: readlinkSync(`/proc/${pid}/cwd`) };
  } catch (error) {
    // A process that was killed has no folder any more, though it still has its id until its parent has noticed.
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing && existsSync('/proc/self/cwd') ? 'ended' : null;
  }
}

function askPs(pid: number, field: string): string {
  const { stdout } = spawnSync('ps', ['-o', field, '-p', String(pid)], { encoding: 'utf8' });
  return (stdout ?? '').trim();
}
