import { cannotRun, failed, judgeClaim, type PartVerdict } from '../verdict/judge.ts';
import type { CaseContext, MeasuredCase } from './case.ts';
import { createKeeper } from './keeper.ts';
import { createRandom } from './random.ts';

/** What all cases of a run are given. */
export type RunOptions = Omit<CaseContext, 'caseName' | 'random' | 'keep'>;

/** Runs one case, and closes whatever it has opened. @returns a verdict for each of its claims */
export async function runCase(one: MeasuredCase, options: RunOptions): Promise<PartVerdict[]> {
  const obstacle = await one.obstacle?.();
  if (obstacle) return one.claims.map((claim) => cannotRun(claim, obstacle));
  const { keep, close } = createKeeper(options.say);
  const context: CaseContext = {
    ...options,
    caseName: one.name,
    random: createRandom(options.seed, one.name),
    keep,
  };
  try {
    const measured = await untilAborted(one.run(context), options.signal);
    return one.claims.map((claim, n) => {
      const what = measured[n];
      return what === undefined ? failed(claim, 'it measured nothing') : judgeClaim(claim, what);
    });
  } catch (error) {
    const { message, cause, code, path } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && path === 'redis-server')
      return one.claims.map((claim) => cannotRun(claim, 'there is no redis-server on the PATH'));
    const why = cause instanceof Error ? `${message} (${cause.message})` : message;
    return one.claims.map((claim) => failed(claim, why));
  } finally {
    await close();
  }
}

/** An interrupted case is not waited for: what it has opened is closed, and it fails by that. */
function untilAborted<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  running.catch(() => undefined);
  return Promise.race([
    running,
    new Promise<never>((_, reject) => {
      const end = () => reject(new Error('interrupted'));
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
    }),
  ]);
}
