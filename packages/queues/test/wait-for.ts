import { waitFor as waitUntil } from '@tocsin/testkit';

/** The test kit's wait, 20 s long and named first: these tests wait for locks to expire and connections to come back. */
export function waitFor<T>(what: string, condition: () => T | Promise<T>) {
  return waitUntil(condition, { describe: what, timeoutMs: 20_000, intervalMs: 10 });
}
