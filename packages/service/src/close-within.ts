/** How long closing may take: longer than the delivery worker's drain of its jobs (31 s); milliseconds. */
export const DRAIN_MS = 34_000;

export interface CloseWithinOptions {
  timeoutMs?: number;
  /** Ends the wait before its time, as a second signal does. */
  hurry?: AbortSignal;
}

/** @returns whether what is being closed was closed in time */
export async function closeWithin(
  closing: Promise<unknown>,
  { timeoutMs = DRAIN_MS, hurry }: CloseWithinOptions = {},
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  if (hurry?.aborted) resolve();
  else hurry?.addEventListener('abort', () => resolve(), { once: true });
  const isClosed = await Promise.race([closing.then(() => true), late.then(() => false)]);
  clearTimeout(timer);
  return isClosed;
}
