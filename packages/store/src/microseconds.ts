/**
 * A moment as a number: whole microseconds since 1970, the full precision of Postgres. A `Date` holds only
 * milliseconds, and a text depends on the settings of its writer and reader. Exact in JavaScript until the year 2255.
 */
export type Microseconds = number;

/** SQL: a `timestamptz` as microseconds. */
export const microsecondsOf = (time: string): string => `(extract(epoch FROM ${time}) * 1000000)::bigint`;

/** SQL: microseconds as a `timestamptz`. Immutable, so that partitions are chosen when a statement is planned. */
export const timeOfMicroseconds = (microseconds: string): string =>
  `((timestamp 'epoch' + ${microseconds}::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')`;
