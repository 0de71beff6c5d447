import { readFileSync } from 'node:fs';
import { type Child, startChild, waitFor } from '@tocsin/testkit';
import { monotonicMs } from '../monotonic-time.ts';

const READY_MS_MAX = 90_000;

/** A process of Tocsin that can be killed, frozen and started again at the same address. */
export interface ManagedProcess {
  name: string;
  url: string;
  /** Of its last start; 0 before it. */
  pid(): number;
  isRunning(): boolean;
  start(): Promise<void>;
  /** Waits until `/readyz` answers 200, or this path does. */
  ready(path?: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
  /** SIGTERM. @returns how it ended, and after how long; it is killed after a minute */
  terminate(): Promise<{ code: number | null; ms: number }>;
  memoryBytes(): number;
  /** The most that it has had since its start. */
  memoryBytesMost(): number;
  /** What it has printed since its last start. */
  output(): string;
}

export interface ManagedOptions {
  name: string;
  url: string;
  command: readonly string[];
  env: NodeJS.ProcessEnv;
}

export function createManagedProcess({ name, url, command, env }: ManagedOptions): ManagedProcess {
  const [program = '', ...args] = command;
  let child: Child | null = null;
  const output = () => (child === null ? '' : child.stdout() + child.stderr());
  const isRunning = () => child !== null && !child.hasExited();
  return {
    ...{ name, url, isRunning, output },
    pid: () => child?.pid ?? 0,
    async start() {
      child = await startChild({ command: program, args, env });
    },
    async ready(path = '/readyz') {
      const answered = await waitFor(
        async () => {
          if (!isRunning()) return 'ended' as const;
          const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(2_000) });
          await response.body?.cancel();
          return response.ok && ('answered' as const);
        },
        {
          timeoutMs: READY_MS_MAX,
          intervalMs: 100,
          describe: () => `${name} to be ready; it printed ${output().slice(-3_000)}`,
        },
      );
      if (answered === 'ended') throw new Error(`${name} ended: ${output().slice(-3_000)}`);
    },
    signal: (signal) => void (isRunning() && process.kill(child?.pid ?? 0, signal)),
    kill: async () => void (await child?.kill('SIGKILL')),
    async terminate() {
      const from = monotonicMs();
      const exit = await child?.stop('SIGTERM', 60_000);
      return { code: exit?.code ?? null, ms: monotonicMs() - from };
    },
    memoryBytes: () => statusBytes(child?.pid, 'VmRSS'),
    memoryBytesMost: () => statusBytes(child?.pid, 'VmHWM'),
  };
}

/** @param field - of /proc/PID/status (proc(5)) */
function statusBytes(pid: number | undefined, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024;
}
