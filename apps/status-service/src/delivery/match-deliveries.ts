import {
  type Database,
  type Microseconds,
  microsecondsOf,
  type Transaction,
  timeOfMicroseconds,
} from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, daysOf } from './delivery-row.ts';

/** Which deliveries a bulk resend is for. */
export interface DeliveryFilter {
  /** Null for every destination. */
  destinationId: string | null;
  statuses: string[];
  /** Null for every severity. */
  severityRanks: number[] | null;
  /** Null for every failure code. */
  errorCodes: string[] | null;
  since: Microseconds;
  until: Microseconds;
  /** A delivery that changed after this time is no match: the requester had seen it in another state. */
  requestedAt: Microseconds;
}

/** A delivery's place in the order in which matches are resent: by receipt of its alert, and id. */
export interface DeliveryPlace {
  at: Microseconds;
  id: string;
}

/** A delivery that matches. */
export interface Match extends DeliveryPlace {
  day: string;
  destinationId: string;
}

const dayOf = (time: string) => `(${timeOfMicroseconds(time)} AT TIME ZONE 'UTC')::date`;

/** Whether the alert of delivery `d` was received from `since` on and before `until`. */
const received = (since: string, until: string) =>
  `d.received_at >= ${timeOfMicroseconds(since)} AND d.received_at < ${timeOfMicroseconds(until)}`;

/**
 * Whether delivery `d` is in one of the states and has not changed since the request, so that no round began after it.
 */
const untouched = (statuses: string, requestedAt: string) =>
  `d.status = ANY(${statuses}::text[]) AND d.updated_at <= ${timeOfMicroseconds(requestedAt)}`;

/** The parameters $1 to $7 are those of `parametersOf`. The days prune partitions: they are known at planning. */
const MATCHES = `
  ($1::uuid IS NULL OR d.destination_id = $1) AND ${untouched('$2', '$5')}
  AND d.received_day BETWEEN ${dayOf('$3')} AND ${dayOf('$4')}
  AND ${received('$3', '$4')}
  AND ($6::integer[] IS NULL OR d.severity_rank = ANY($6)) AND ($7::text[] IS NULL OR d.failure_code = ANY($7))`;

const parametersOf = (filter: DeliveryFilter) => [
  filter.destinationId,
  filter.statuses,
  filter.since,
  filter.until,
  filter.requestedAt,
  filter.severityRanks,
  filter.errorCodes,
];

interface Stretch {
  /** The parameter that it begins with. */
  since: string;
  /** A further condition on `d`, in the order of the index. */
  range?: string;
  order: 'ASC' | 'DESC';
  /** The parameter that says how many of each state at most. */
  limit: string;
}

/**
 * The part of the filter that an index can answer (states, destination, time of receipt), in the order of that index
 * for each state.
 */
const ofEachState = ({ destinationId }: DeliveryFilter, { since, range = 'true', order, limit }: Stretch) => `
  SELECT c.* FROM unnest($2::text[]) AS s(status) CROSS JOIN LATERAL (
    SELECT d.received_day, d.received_at, d.id, d.destination_id, d.status, d.updated_at, d.severity_rank, d.failure_code
    FROM deliveries d WHERE d.status = s.status ${destinationId === null ? '' : 'AND d.destination_id = $1'}
      AND d.received_day BETWEEN ${dayOf(since)} AND ${dayOf('$4')} AND ${received(since, '$4')} AND ${range}
    ORDER BY d.received_at ${order}, d.id ${order} LIMIT ${limit}
  ) AS c`;

/** How many deliveries are looked at to count those that match. */
const LOOKED_AT_MAX = 200_000;

/** How many deliveries match. */
export interface CountedMatches {
  matched: number;
  /** Whether there may be more: so many were looked at that counting ended. */
  atLeast: boolean;
}

/**
 * Counts the deliveries that match now, at a bounded cost: an index finds those with the state, destination and time;
 * at most `lookedAtMax` of them, the newest first, are checked against the other filters.
 */
export async function countMatches(
  { pool }: Pick<Database, 'pool'>,
  filter: DeliveryFilter,
  lookedAtMax = LOOKED_AT_MAX,
): Promise<CountedMatches> {
  const { rows } = await pool.query<{ matched: number; looked: number }>(
    `SELECT count(*) FILTER (WHERE ${MATCHES})::integer AS matched, count(*)::integer AS looked
     FROM (${ofEachState(filter, { since: '$3', order: 'DESC', limit: '$8' })} LIMIT $8) AS d`,
    [...parametersOf(filter), lookedAtMax + 1],
  );
  const { matched, looked } = rows[0] as (typeof rows)[0];
  return { matched: Math.min(matched, lookedAtMax), atLeast: looked > lookedAtMax };
}

/** The next matches, and where to go on. */
export interface MatchPage {
  matches: Match[];
  /** The last delivery that was looked at, where the next page begins; null at the end. */
  next: DeliveryPlace | null;
}

/** How many deliveries are looked at for one page of matches; some 10 µs each. */
const LOOKED_AT_FOR_A_PAGE = 500;

/**
 * The next matches after a place, in order, at a bounded cost. A page may have few matches, or none, where few of the
 * deliveries match.
 *
 * @param limit matches in the page at most
 */
export async function nextMatches(
  client: Transaction,
  filter: DeliveryFilter,
  after: DeliveryPlace,
  limit: number,
): Promise<MatchPage> {
  const lookedAtMax = Math.max(limit, LOOKED_AT_FOR_A_PAGE);
  const beyond = `(d.received_at, d.id) > (${timeOfMicroseconds('$8')}, $9::uuid)`;
  const stretch = ofEachState(filter, { since: '$8', range: beyond, order: 'ASC', limit: '$11' });
  const { rows } = await client.query<Match & { isMatch: boolean }>(
    `WITH seen AS MATERIALIZED (
       ${stretch} ORDER BY c.received_at, c.id LIMIT $11
     ), found AS (
       SELECT * FROM seen AS d WHERE ${MATCHES} ORDER BY d.received_at, d.id LIMIT $10
     ), ending AS (
       SELECT * FROM seen AS d WHERE (SELECT count(*) FROM found) < $10
       ORDER BY d.received_at, d.id OFFSET $11 - 1 LIMIT 1
     )
     SELECT received_day AS day, ${microsecondsOf('received_at')} AS at, id, destination_id AS "destinationId", "isMatch"
     FROM (SELECT *, true AS "isMatch" FROM found UNION ALL SELECT *, false FROM ending) AS d
     ORDER BY d.received_at, d.id`,
    [...parametersOf(filter), after.at, after.id, limit, lookedAtMax],
  );
  const matches = rows.filter((row) => row.isMatch).map(({ isMatch, ...match }) => match);
  const next = rows.find((row) => !row.isMatch) ?? (matches.length < limit ? undefined : matches.at(-1));
  return { matches, next: next === undefined ? null : { at: next.at, id: next.id } };
}

/** Reads matches again under their destinations' locks, without those that were changed meanwhile. */
export async function readMatches(
  client: Transaction,
  filter: DeliveryFilter,
  matches: Pick<Match, 'day' | 'id'>[],
): Promise<DeliveryRow[]> {
  if (matches.length === 0) return [];
  const { rows } = await client.query<DeliveryRow>(
    `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d
     WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[]) AND ${untouched('$3', '$4')}
     ORDER BY d.severity_rank, d.received_day, d.id`,
    [daysOf(matches), matches.map(({ id }) => id), filter.statuses, filter.requestedAt],
  );
  return rows;
}
