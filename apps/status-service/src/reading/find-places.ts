import { type Database, microsecondsOf, timeOfMicroseconds } from '@tocsin/store';
import { type Nullable, type RawBuilder, sql } from 'kysely';
import type { Place } from './cursor.ts';

/** A row of a list by its place in it. */
export interface FoundPlace extends Place {
  /** The partition that it is in. */
  day: string;
  alertId: string;
}

export interface FoundPage {
  /** At most `limit`, newest receipt first. */
  places: FoundPlace[];
  /** Where to go on; null at the list's end. It may be beyond the last place, where the rest of a scan held none. */
  next: Place | null;
}

/**
 * What a list is made of, in SQL. A row is called `p` and has `received_day`, `received_at`, `id` and `alert_id`.
 */
export interface Stream {
  /**
   * The first rows of the list, by an index that is in its order.
   *
   * @param range what of the list is meant, on `received_day`, `received_at` and `id`
   */
  ordered: (range: RawBuilder<boolean>, limit: number) => RawBuilder<unknown>;
  /** The list's rows that belong to the alert `c` (`received_day`, `alert_id`). */
  ofAlert: (range: RawBuilder<boolean>) => RawBuilder<unknown>;
  /** What no index of the list holds, on `p`; null where there is nothing of the kind. */
  remaining: RawBuilder<boolean> | null;
  /** Finds alerts by an index of its own, as `AlertSearch.candidates` does; null where nothing is searched for. */
  candidates: ((limit: number, range: RawBuilder<boolean>) => RawBuilder<unknown>) | null;
  /** The type of `id`. */
  idType: 'text' | 'uuid';
}

export interface PageRequest {
  limit: number;
  since?: string | undefined;
  until?: string | undefined;
  after?: Place | undefined;
}

const AT = sql.raw(microsecondsOf('received_at'));

/** Rows that are looked at one by one for a page, before and after an index is asked. Some 10 µs each. */
const FIRST_LOOK = 500;
const SECOND_LOOK = 3_000;
/** What an index may find to be sorted here; more of it is found sooner by looking at the list in its order. */
const CANDIDATES_MAX = 3_000;

/**
 * One page of a list, at a cost that has a bound whatever is stored and asked for. What matches often is found by looking
 * at the newest rows; what matches rarely, by the search index. What neither finds within its bound (a filter that many
 * match, together with one that few do) makes a page with fewer items than asked for, perhaps none, and a place to go on
 * from.
 */
export async function findPlaces(
  { db }: Pick<Database, 'db'>,
  stream: Stream,
  request: PageRequest,
): Promise<FoundPage> {
  const { limit } = request;
  if (stream.remaining === null) {
    const { places } = await look(limit + 1, request.after, limit + 1);
    return cut(places, null);
  }
  const first = await look(FIRST_LOOK, request.after, limit + 1);
  if (first.end === null || first.places.length > limit) return cut(first.places, null);
  const rare = await lookUp(first.end);
  if (rare !== null) return cut([...first.places, ...rare], null);
  const second = await look(SECOND_LOOK, first.end, limit + 1 - first.places.length);
  return cut([...first.places, ...second.places], second.end);

  /** Looks at the next `count` rows. */
  async function look(count: number, after: Place | undefined, wanted: number) {
    const statement = sql<FoundPlace & { rank: number }>`
      WITH seen AS MATERIALIZED (${stream.ordered(rangeOf(request, after, stream.idType), count)}), found AS (
        SELECT p.received_day, p.received_at, p.id, p.alert_id FROM seen AS p WHERE ${stream.remaining ?? sql`true`}
        ORDER BY p.received_at DESC, p.id DESC LIMIT ${wanted}
      ), ending AS (
        SELECT p.received_day, p.received_at, p.id, p.alert_id FROM seen AS p ORDER BY p.received_at DESC, p.id DESC
        OFFSET ${count - 1} LIMIT 1
      )
      SELECT received_day AS day, ${AT} AS at, id::text AS id, alert_id AS "alertId", rank
      FROM (SELECT *, 0 AS rank FROM found UNION ALL SELECT *, 1 FROM ending) AS p
      ORDER BY rank, received_at DESC, p.id DESC`;
    const { rows } = await statement.execute(db);
    return {
      places: rows.filter((row) => row.rank === 0),
      end: rows.find((row) => row.rank === 1) ?? null,
    };
  }

  /** @returns what is beyond `after`, by the search index; null where that finds too much */
  async function lookUp(after: Place): Promise<FoundPlace[] | null> {
    if (stream.candidates === null) return null;
    const range = rangeOf(request, after, stream.idType);
    const statement = sql<Nullable<FoundPlace> & { count: number }>`
      WITH c AS MATERIALIZED (${stream.candidates(CANDIDATES_MAX + 1, daysOf(request, after))}), counted AS (
        SELECT count(*)::integer AS count FROM c
      ), found AS (
        SELECT DISTINCT p.received_day, p.received_at, p.id, p.alert_id FROM c CROSS JOIN LATERAL (${stream.ofAlert(range)}) AS p
        WHERE (SELECT count FROM counted) <= ${CANDIDATES_MAX} AND ${stream.remaining}
        ORDER BY p.received_at DESC, p.id DESC LIMIT ${limit + 1}
      )
      SELECT counted.count, received_day AS day, ${AT} AS at, f.id::text AS id, alert_id AS "alertId"
      FROM counted LEFT JOIN found AS f ON true ORDER BY received_at DESC, f.id DESC`;
    const { rows } = await statement.execute(db);
    if ((rows[0]?.count ?? 0) > CANDIDATES_MAX) return null;
    return rows.filter((row): row is FoundPlace & { count: number } => row.day !== null);
  }

  function cut(places: FoundPlace[], end: Place | null): FoundPage {
    const page = places.slice(0, limit);
    return { places: page, next: places.length > limit ? (page.at(-1) as Place) : end };
  }
}

/** The receipt day of a time, so that other days' partitions are left out. */
const dayOf = (time: RawBuilder<unknown>) => sql`(${time} AT TIME ZONE 'UTC')::date`;

/** A time that a caller gave. */
const given = (time: string) => sql`${time}::timestamptz`;
const timeOf = ({ at }: Place) => sql.raw(timeOfMicroseconds(String(at)));

function daysOf({ since, until }: PageRequest, after: Place | undefined): RawBuilder<boolean> {
  const conditions = [sql`true`];
  if (since !== undefined) conditions.push(sql`received_day >= ${dayOf(given(since))}`);
  if (until !== undefined) conditions.push(sql`received_day <= ${dayOf(given(until))}`);
  if (after !== undefined) {
    conditions.push(sql`received_day <= ${dayOf(timeOf(after))}`);
    conditions.push(sql`received_at <= ${timeOf(after)}`);
  }
  return sql`${sql.join(conditions, sql` AND `)}`;
}

function rangeOf(
  request: PageRequest,
  after: Place | undefined,
  idType: 'text' | 'uuid',
): RawBuilder<boolean> {
  const { since, until } = request;
  const conditions: RawBuilder<unknown>[] = [daysOf(request, after)];
  if (since !== undefined) conditions.push(sql`received_at >= ${given(since)}`);
  if (until !== undefined) conditions.push(sql`received_at < ${given(until)}`);
  if (after !== undefined)
    conditions.push(sql`(received_at, id) < (${timeOf(after)}, ${after.id}::${sql.raw(idType)})`);
  return sql`(${sql.join(conditions, sql` AND `)})`;
}
