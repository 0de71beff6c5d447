import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The room that one process, with its children, may take. */
export interface MemoryLimit {
  /** What a command is run by to be held to it. */
  wrap: readonly string[];
  bytesMax: number;
  /** Bytes that cannot be given back: objects, and files in memory. */
  used(pid: number): Promise<number>;
  /** Processes that the kernel has killed for it so far. */
  kills(): number;
  remove(): void;
}

export interface MemoryLimiter {
  /** How limits are held here, for a person. */
  how: string;
  create(name: string, bytesMax: number): MemoryLimit;
}

interface Hierarchy {
  how: string;
  root: string;
  limitFiles: readonly [file: string, value: (bytes: number) => string, isNeeded: boolean][];
  statistics: RegExp;
}

const V1: Hierarchy = {
  how: 'cgroup v1',
  root: '/sys/fs/cgroup/memory',
  limitFiles: [
    ['memory.limit_in_bytes', String, true],
    ['memory.memsw.limit_in_bytes', String, false],
  ],
  statistics: /^total_(?:rss|shmem) (\d+)$/gm,
};
const V2: Hierarchy = {
  how: 'cgroup v2',
  root: '/sys/fs/cgroup',
  limitFiles: [
    ['memory.max', String, true],
    ['memory.swap.max', () => '0', false],
  ],
  statistics: /^(?:anon|shmem|sock|kernel) (\d+)$/gm,
};

/**
 * Limits by cgroups, as containers have them, where this user may make some. Elsewhere a process that was seen to have
 * more than it may is ended by the process that measures it, and Node's heap is bounded as it would be in a container.
 */
export function createMemoryLimiter(): MemoryLimiter {
  for (const hierarchy of [V1, V2]) {
    const folder = path.join(hierarchy.root, `tocsin-attack-${process.pid}-probe`);
    try {
      makeGroup(hierarchy, folder, 64 * 1024 * 1024);
      rmdirSync(folder);
      return { how: hierarchy.how, create: (name, bytesMax) => byGroup(hierarchy, name, bytesMax) };
    } catch {
      if (existsSync(folder)) rmdirSync(folder);
    }
  }
  return { how: 'measured resident memory', create: (_, bytesMax) => byMeasure(bytesMax) };
}

function makeGroup({ limitFiles }: Hierarchy, folder: string, bytesMax: number): void {
  mkdirSync(folder);
  for (const [file, value, isNeeded] of limitFiles) {
    if (isNeeded || existsSync(path.join(folder, file)))
      writeFileSync(path.join(folder, file), value(bytesMax));
  }
}

function byGroup(hierarchy: Hierarchy, name: string, bytesMax: number): MemoryLimit {
  const folder = path.join(hierarchy.root, `tocsin-attack-${process.pid}-${name}`);
  makeGroup(hierarchy, folder, bytesMax);
  const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
  const oomFile = existsSync(path.join(folder, 'memory.events')) ? 'memory.events' : 'memory.oom_control';
  return {
    wrap: ['/bin/sh', '-c', `echo $$ > '${folder}/cgroup.procs' && exec "$0" "$@"`],
    bytesMax,
    used: async () =>
      [...read('memory.stat').matchAll(hierarchy.statistics)].reduce(
        (sum, [, bytes]) => sum + Number(bytes),
        0,
      ),
    kills: () => Number(/^oom_kill (\d+)$/m.exec(read(oomFile))?.[1] ?? 0),
    remove: () => rmdirSync(folder),
  };
}

function byMeasure(bytesMax: number): MemoryLimit {
  let kills = 0;
  return {
    wrap: [],
    bytesMax,
    async used(pid) {
      const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
      const rows = stdout
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/).map(Number));
      const own = rows.filter(([id, parent]) => id === pid || parent === pid);
      const bytes = own.reduce((sum, [, , kib = 0]) => sum + kib * 1024, 0);
      if (bytes > bytesMax) {
        kills += 1;
        process.kill(pid, 'SIGKILL');
      }
      return bytes;
    },
    kills: () => kills,
    remove: () => {},
  };
}
