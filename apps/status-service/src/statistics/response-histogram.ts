import type { AttemptResult } from '@tocsin/contract';
import { binOf } from './delay-histogram.ts';

/** The bins of `delay-histogram.ts` up to 46 s: an attempt takes 30 s at most. */
export const RESPONSE_BINS = 28;

/**
 * The bin of an attempt's time, where it is the receiver's own: it answered, or let the deadline pass. Null for any other
 * attempt, such as one that a name was not found for.
 */
export function responseBinOf({
  statusCode,
  error,
  durationMs,
}: Pick<AttemptResult, 'statusCode' | 'error' | 'durationMs'>): number | null {
  if (statusCode === null && error?.code !== 'timeout') return null;
  return Math.min(binOf(durationMs), RESPONSE_BINS - 1);
}
