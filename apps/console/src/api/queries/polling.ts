import { mayRetry } from '../problem-message.ts';

/** How often a page reads its data again while it is looked at; milliseconds. */
export const POLL_MS = { list: 2_000, detail: 2_000, overview: 5_000, slow: 15_000 } as const;

/** @returns how soon to read again, in milliseconds: never after a deliberate refusal by the API */
export function pollMs(intervalMs: number, error: unknown): number | false {
  return error !== null && !mayRetry(error) ? false : intervalMs;
}
