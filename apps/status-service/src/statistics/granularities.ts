/** The widths of the buckets that are stored; seconds. Each has a partition of `stats_buckets`. */
export const MINUTE = 60;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Widest first. */
export const GRANULARITIES = [DAY, HOUR, MINUTE] as const;

/** How long minutes are kept; seconds. Hours and days are kept as long as the alerts. */
export const MINUTES_KEPT_SECONDS = 3 * DAY;

/** The id in the rows that count everything. */
export const EVERYTHING = '00000000-0000-0000-0000-000000000000';

/**
 * Everything's counts are spread over this many rows, numbered from 1. A commit takes that of its connection, so that
 * two seldom wait for the same row. A destination's own row is number 0: its commits wait for one another anyway.
 */
export const STRIPES = 4;
