import { readFileSync, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** How long a change may go unnoticed. */
const LOOK_EVERY_MS = 5_000;

/**
 * A small system file in parsed form, read again when it has changed. Read synchronously, since name resolution must
 * not use the thread pool.
 *
 * @param options.absent the value for a file that cannot be read
 * @param options.nowMs a clock in milliseconds that never runs backwards
 */
export function createWatchedFile<T>({
  path,
  parse,
  absent,
  nowMs = () => performance.now(),
}: {
  path: string;
  parse: (text: string) => T;
  absent: T;
  nowMs?: () => number;
}): () => T {
  let content = absent;
  let version = '';
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  return () => {
    const atMs = nowMs();
    if (atMs - lookedAtMs < LOOK_EVERY_MS) return content;
    lookedAtMs = atMs;
    try {
      const { mtimeMs, size, ino } = statSync(path);
      const found = `${ino}/${size}/${mtimeMs}`;
      if (found !== version) content = parse(readFileSync(path, 'utf8'));
      version = found;
    } catch {
      content = absent;
      version = '';
    }
    return content;
  };
}
