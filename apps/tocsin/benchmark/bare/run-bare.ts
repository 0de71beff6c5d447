import path from 'node:path';
import { startProcess } from '@tocsin/testkit';

/** What a loop did, and what that took. */
export interface BareRun {
  count: number;
  /** Milliseconds of the clock. */
  ms: number;
  /** Milliseconds of processor time of the loop's own process. */
  cpuMs: number;
}

/** Runs one of the loops here in a process of its own. @throws Error where it fails */
export async function runBare<T = BareRun>(
  loop: string,
  options: Record<string, unknown>,
  signal: AbortSignal,
): Promise<T> {
  const child = await startProcess({
    entry: path.resolve(import.meta.dirname, `${loop}.ts`),
    args: [JSON.stringify(options)],
  });
  const end = () => void child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  const { code } = await child.exited;
  signal.removeEventListener('abort', end);
  if (code !== 0) throw new Error(`The bare loop ${loop} failed: ${child.stderr().slice(-2_000)}`);
  return JSON.parse(child.stdout()) as T;
}
