import type { BareRun } from './run-bare.ts';

/** Measures a part of this process's work. */
export async function measured(count: number, work: () => Promise<unknown>): Promise<BareRun> {
  const [from, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { count, ms: performance.now() - from, cpuMs: (user + system) / 1_000 };
}

/** The loop's options, which its caller gives as JSON. */
export const bareOptions = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;

export const report = (result: unknown) => process.stdout.write(JSON.stringify(result));
