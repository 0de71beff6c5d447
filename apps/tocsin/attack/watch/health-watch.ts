import { setTimeout as delay } from 'node:timers/promises';
import type { SupervisedProcess } from '../system/supervised-process.ts';

const POLL_MS = 200;
const TIMEOUT_MS = 5_000;
const MEMORY_POLL_MS = 100;

export interface ProcessWatch {
  name: string;
  /** The longest time for which `/healthz` was asked and did not answer. */
  silenceMs: number;
  /** The largest part of the limit that was in use. */
  memoryShare: number;
  deaths: number;
}

export interface Watch {
  /** Ends the watching. @returns what was seen of each process */
  end(): Promise<ProcessWatch[]>;
}

/** Asks each process five times a second whether it is alive, and measures its memory. */
export function watchProcesses(processes: readonly SupervisedProcess[]): Watch {
  const over = new AbortController();
  const watched = processes.map((one) => watchOne(one, over.signal));
  return {
    async end() {
      over.abort();
      return Promise.all(watched);
    },
  };
}

async function watchOne(watched: SupervisedProcess, over: AbortSignal): Promise<ProcessWatch> {
  const deathsBefore = watched.deaths();
  let memoryShare = 0;
  let silenceMs = 0;
  /** When the first question that has no answer yet was asked. */
  let requestedAt: number | null = null;
  const pause = (ms: number) => delay(ms, undefined, { signal: over }).catch(() => undefined);

  async function ask(): Promise<void> {
    const at = performance.now();
    requestedAt ??= at;
    const response = await fetch(`${watched.url}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.arrayBuffer();
    if (!response.ok || requestedAt === null) return;
    silenceMs = Math.max(silenceMs, performance.now() - requestedAt);
    requestedAt = null;
  }
  async function askOnAndOn(): Promise<void> {
    const open = new Set<Promise<void>>();
    while (!over.aborted) {
      const question = ask()
        .catch(() => undefined)
        .finally(() => open.delete(question));
      open.add(question);
      await pause(POLL_MS);
    }
    await Promise.all(open);
  }
  async function measureOnAndOn(): Promise<void> {
    while (!over.aborted) {
      const bytes = await watched.limit.used(watched.pid()).catch(() => 0);
      memoryShare = Math.max(memoryShare, bytes / watched.limit.bytesMax);
      await pause(MEMORY_POLL_MS);
    }
  }
  await Promise.all([askOnAndOn(), measureOnAndOn()]);
  if (requestedAt !== null) silenceMs = Math.max(silenceMs, performance.now() - requestedAt);
  return { name: watched.name, silenceMs, memoryShare, deaths: watched.deaths() - deathsBefore };
}
