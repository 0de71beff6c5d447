import { DELAY_BINS, type DelayHistogram, emptyHistogram, percentileOf } from './delay-histogram.ts';

/** What `SUMS` selects. */
export interface CountsRow {
  accepted: number;
  succeeded: number;
  failed: number;
  failedAttempts: number;
  /** As a list with commas; null where nothing succeeded in a first round. */
  delays: string | null;
}

/** Element by element: fixed positions of an array are read without unnesting it. */
const SUMMED_DELAYS = Array.from({ length: DELAY_BINS }, (_, bin) => `sum(s.delays[${bin + 1}])`).join(', ');

/** Selects a group's counts, for a query that calls the rows of `stats_buckets` `s`. */
export const SUMS = `
  sum(s.accepted) AS accepted, sum(s.succeeded) AS succeeded, sum(s.failed) AS failed,
  sum(s.failed_attempts) AS "failedAttempts",
  CASE WHEN count(s.delays) > 0 THEN array_to_string(ARRAY[${SUMMED_DELAYS}], ',') END AS delays`;

const NOTHING: CountsRow = { accepted: 0, succeeded: 0, failed: 0, failedAttempts: 0, delays: null };

/** Counts as they are answered; zeros where there is no row. */
export function toCounts({ accepted, succeeded, failed, failedAttempts, delays }: CountsRow = NOTHING) {
  return { accepted, succeeded, failed, failedAttempts, ...percentilesOf(histogramOf(delays)) };
}

export function histogramOf(delays: string | null): DelayHistogram {
  return delays === null ? emptyHistogram() : delays.split(',').map(Number);
}

export function percentilesOf(histogram: DelayHistogram) {
  const at = (share: number) => {
    const delayMs = percentileOf(histogram, share);
    return delayMs === null ? null : Math.round(delayMs);
  };
  return { delayP50Ms: at(0.5), delayP95Ms: at(0.95) };
}
