import { waitFor as waitUntil } from '@tocsin/testkit';

/** The test kit's wait, with what is waited for named first. */
export function waitFor<T>(what: string, condition: () => T | Promise<T>) {
  return waitUntil(condition, { describe: what, intervalMs: 10 });
}
