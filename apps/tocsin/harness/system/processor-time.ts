import { readFileSync } from 'node:fs';

/** Why a case that reads processor times cannot run here, or null. */
export const noProcessorTimes = (): string | null =>
  hasProcessorTimes ? null : 'processor times of other processes are read on Linux alone';

/** USER_HZ, in which the kernel tells processor time: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Places in /proc/PID/stat, counted from what follows the program's name (proc(5)). */
const OWN = [11, 12] as const;
const OF_ENDED_CHILDREN = [13, 14] as const;

/** Whether processor times of other processes can be read here. */
export const hasProcessorTimes = process.platform === 'linux';

/**
 * @returns seconds of processor time that a process has used, and its children that have ended; Linux alone. Of one that
 *   has ended itself it is 0: its parent has its time.
 */
export function processorSeconds(pid: number): number {
  const stat = readStat(pid);
  if (stat === null) return 0;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [...OWN, ...OF_ENDED_CHILDREN].map((place) => Number(fields[place]));
  return ticks.reduce((sum, count) => sum + count, 0) / TICKS_PER_SECOND;
}

function readStat(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
