/**
 * A moment as a number, to read from the database and give back: whole microseconds since 1970, all
 * that Postgres keeps of it. A `Date` would lose them, and a text would depend on who prints and who reads it. Exact in
 * JavaScript until the year 2255.
 */
export type Microseconds = number;

/** SQL: a `timestamptz` as microseconds. */
export const microsecondsOf = (time: string): string => `(extract(epoch FROM ${time}) * 1000000)::bigint`;

/** SQL: microseconds as a `timestamptz`. Immutable, so that partitions are chosen when a statement is planned. */
export const timeOfMicroseconds = (microseconds: string): string =>
  `((timestamp 'epoch' + ${microseconds}::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')`;
