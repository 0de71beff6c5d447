import { ProblemError } from '@tocsin/contract';
import { DAY, GRANULARITIES, HOUR, MINUTE, MINUTES_KEPT_SECONDS } from './granularities.ts';

/** What is read for an answer. Times are whole seconds since 1970, and multiples of the bucket's width. */
export interface StatsRange {
  since: number;
  until: number;
  bucketSeconds: number;
  /** The rows that the buckets are made of. */
  rowSeconds: number;
  /** The width of a sparkline's steps, which lie at multiples of it: the first and the last may be partly outside. */
  stepSeconds: number;
  /** The widest rows that a step is made of. */
  stepRowSeconds: number;
}

/** A part of a range that is read from rows of one width. */
export interface Piece {
  granularity: number;
  from: number;
  to: number;
}

export const SPARKLINE_STEPS_MAX = 24;

const RANGE_DAYS_MAX = 366;

/** Later moments cannot be written in an answer. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The range that an answer is about: what was asked for, widened to whole buckets.
 *
 * @param asked ISO 8601; `until` is now where it is left out, `since` a day before it
 * @throws ProblemError `invalid_request` at the field that is wrong
 */
export function planRange(
  asked: { since?: string | undefined; until?: string | undefined },
  nowMs: number,
): StatsRange {
  const untilMs = asked.until === undefined ? nowMs : Math.min(Date.parse(asked.until), LAST_MS);
  const sinceMs = asked.since === undefined ? untilMs - DAY * 1_000 : Date.parse(asked.since);
  if (sinceMs >= untilMs) {
    throw asked.until === undefined
      ? refusal('since', 'must lie in the past where `until` is left out')
      : refusal('until', 'must be later than `since`');
  }
  if (untilMs - sinceMs > RANGE_DAYS_MAX * DAY * 1_000) {
    throw refusal('since', `must be at most ${RANGE_DAYS_MAX} days before \`until\``);
  }
  const seconds = (untilMs - sinceMs) / 1_000;
  const hasMinutes = sinceMs >= nowMs - MINUTES_KEPT_SECONDS * 1_000;
  const bucketSeconds = Math.max(bucketOf(seconds), hasMinutes ? MINUTE : HOUR);
  const since = floorTo(sinceMs / 1_000, bucketSeconds);
  const until = ceilTo(untilMs / 1_000, bucketSeconds);
  const stepRowSeconds = hasMinutes && seconds <= 6 * HOUR ? MINUTE : bucketSeconds <= HOUR ? HOUR : DAY;
  return {
    since,
    until,
    bucketSeconds,
    rowSeconds: bucketSeconds < HOUR ? MINUTE : HOUR,
    stepSeconds: stepOf(since, until, stepRowSeconds),
    stepRowSeconds,
  };
}

function refusal(path: string, message: string): ProblemError {
  return new ProblemError('invalid_request', {
    detail: `\`${path}\` ${message}.`,
    errors: [{ path, message }],
  });
}

/** The width of buckets for a range of so many seconds: some 30 to 200 of them, but for the longest ranges. */
function bucketOf(seconds: number): number {
  if (seconds <= 2 * HOUR) return MINUTE;
  if (seconds <= 12 * HOUR) return 5 * MINUTE;
  if (seconds < 2 * DAY) return 15 * MINUTE;
  return seconds < 8 * DAY ? HOUR : 6 * HOUR;
}

/** The narrowest step, in multiples of a row's width, of which few enough cover the range. */
function stepOf(since: number, until: number, rowSeconds: number): number {
  let step = rowSeconds;
  while (stepsOf(since, until, step) > SPARKLINE_STEPS_MAX) step += rowSeconds;
  return step;
}

/** How many steps at multiples of their width it takes to cover a range. */
export function stepsOf(since: number, until: number, stepSeconds: number): number {
  return (ceilTo(until, stepSeconds) - floorTo(since, stepSeconds)) / stepSeconds;
}

/**
 * Cuts a range into as few rows as possible: days in the middle, hours and minutes towards its ends.
 *
 * @param from a multiple of a minute or, where no minutes are to be read, of an hour; so is `to`
 * @param widest the widest rows to use
 */
export function piecesOf(from: number, to: number, widest: number): Piece[] {
  if (from >= to) return [];
  const granularity = GRANULARITIES.find(
    (width) => width <= widest && ceilTo(from, width) < floorTo(to, width),
  );
  if (granularity === undefined) throw new Error(`no rows end at both ${from} and ${to}`);
  const start = ceilTo(from, granularity);
  const end = floorTo(to, granularity);
  return [
    ...piecesOf(from, start, granularity),
    { granularity, from: start, to: end },
    ...piecesOf(end, to, granularity),
  ];
}

/**
 * @param seconds since 1970
 * @returns ISO 8601; the last moment of all where a bucket reaches beyond it
 */
export function timeOf(seconds: number): string {
  return new Date(Math.min(seconds * 1_000, LAST_MS)).toISOString();
}

export function floorTo(seconds: number, width: number): number {
  return Math.floor(seconds / width) * width;
}

function ceilTo(seconds: number, width: number): number {
  return Math.ceil(seconds / width) * width;
}
