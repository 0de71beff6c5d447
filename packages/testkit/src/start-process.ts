import type { Child, Exit } from './child.ts';
import { lastLines, startChild } from './child.ts';
import { PATIENCE_MS } from './patience.ts';
import { waitFor } from './wait-for.ts';

export interface StartProcessOptions {
  /** The file to run: TypeScript as well as JavaScript. */
  entry: string;
  args?: readonly string[];
  /** Added to the few variables that are taken over: a developer's own settings must not reach a test. */
  env?: Record<string, string | undefined>;
  cwd?: string;
}

export interface TestProcess
  extends Pick<Child, 'pid' | 'exited' | 'hasExited' | 'stdout' | 'stderr' | 'kill'> {
  /**
   * Waits until the address answers with a 2xx.
   *
   * @throws Error with the end of its output, as soon as the process has ended or after `timeoutMs` (`PATIENCE_MS` unless told)
   */
  ready(url: string, options?: { timeoutMs?: number }): Promise<void>;
  /** Waits until either output matches. */
  printed(pattern: RegExp, options?: { timeoutMs?: number }): Promise<void>;
  /** SIGTERM, and SIGKILL after `timeoutMs` (`PATIENCE_MS` unless told). */
  stop(options?: { timeoutMs?: number }): Promise<Exit>;
}

const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'NODE_COMPILE_CACHE'];

/**
 * Runs a file with this Node, workspace packages from their sources. However this process ends, the other one does not
 * outlive it.
 */
export async function startProcess(options: StartProcessOptions): Promise<TestProcess> {
  const { entry, args = [], env = {}, cwd } = options;
  const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]));
  const child = await startChild({
    command: process.execPath,
    args: ['--conditions=@tocsin/source', '--no-warnings', entry, ...args],
    env: { ...inherited, ...env },
    cwd,
  });
  const { pid, exited, hasExited, stdout, stderr, kill } = child;

  async function ready(url: string, { timeoutMs = PATIENCE_MS }: { timeoutMs?: number } = {}): Promise<void> {
    const describe = () => `${entry} to answer ${url}: ${lastLines(stdout() + stderr())}`;
    const outcome = await waitFor(
      async () => {
        if (hasExited()) return 'ended' as const;
        const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
        await response.body?.cancel();
        return response.ok && ('answered' as const);
      },
      { timeoutMs, describe },
    );
    if (outcome === 'ended') throw new Error(`${entry} ended: ${lastLines(stdout() + stderr())}`);
  }

  return {
    ...{ pid, exited, hasExited, stdout, stderr, kill, ready },
    printed: (pattern, { timeoutMs = PATIENCE_MS } = {}) => child.waitForOutput(pattern, timeoutMs),
    stop: ({ timeoutMs = PATIENCE_MS } = {}) => child.stop('SIGTERM', timeoutMs),
  };
}
