import { type Child, startChild } from '@tocsin/testkit';
import type { MemoryLimit } from './memory-limit.ts';

/** A process under its memory limit that is started again when it ends, as Compose does. */
export interface SupervisedProcess {
  name: string;
  /** Where `/healthz` answers. */
  url: string;
  limit: MemoryLimit;
  pid(): number;
  /** How often it has ended by itself, or one of its children was killed for memory. */
  deaths(): number;
  /** The end of what it has printed. */
  output(): string;
  stop(): Promise<void>;
}

export interface SupervisedOptions {
  name: string;
  url: string;
  limit: MemoryLimit;
  command: readonly string[];
  env: NodeJS.ProcessEnv;
}

export async function startSupervised(options: SupervisedOptions): Promise<SupervisedProcess> {
  const { name, url, limit, env } = options;
  let isStopping = false;
  let ended = 0;
  let child = await start();

  async function start(): Promise<Child> {
    const [command = '', ...args] = [...limit.wrap, ...options.command];
    // Killed at once, a master would leave its workers behind.
    const started = await startChild({ command, args, env, orphanSignal: 'SIGTERM' });
    started.exited.then(async () => {
      if (isStopping) return;
      ended += 1;
      child = await start();
    });
    return started;
  }

  return {
    ...{ name, url, limit },
    pid: () => child.pid,
    // A master whose worker was killed lives on; one that was killed itself is in both counts.
    deaths: () => Math.max(ended, limit.kills()),
    output: () => (child.stdout() + child.stderr()).slice(-2_000),
    async stop() {
      isStopping = true;
      await child.stop('SIGTERM', 10_000);
      limit.remove();
    },
  };
}
