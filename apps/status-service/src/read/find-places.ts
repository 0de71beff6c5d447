import { type Database, microsecondsOf, timeOfMicroseconds } from '@tocsin/store';
import { type Nullable, type RawBuilder, sql } from 'kysely';
import type { Place } from './list-cursor.ts';
import type { AlertSearch } from './search.ts';

/** A row of a list by its place in it. */
export interface FoundPlace extends Place {
  /** The partition that it is in. */
  day: string;
  alertId: string;
}

export interface FoundPage {
  /** At most `limit`, newest receipt first. */
  places: FoundPlace[];
  /** Where to go on; null at the list's end. It may be beyond the last place, if the rest of a scan held none. */
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
  /** The conditions on `p` that no index answers; null where there are none. */
  remaining: RawBuilder<boolean> | null;
  /** Finds alerts by an index of its own; null where nothing is searched for. */
  search: Pick<AlertSearch, 'terms' | 'candidates'> | null;
  /** The type of `id`. */
  idType: 'text' | 'uuid';
}

export interface PlacesRequest {
  limit: number;
  since?: string | undefined;
  until?: string | undefined;
  after?: Place | undefined;
}

const AT = sql.raw(microsecondsOf('received_at'));

/** Rows that are looked at one by one for a page, before and after an index is asked. Some 10 µs each. */
const FIRST_LOOK = 500;
const SECOND_LOOK = 1_500;
/**
 * The most rows of an index that are sorted here; with more, looking at the list in its order is faster. Some 50 µs
 * each.
 */
const CANDIDATES_MAX = 1_000;
/** A term is common if more than so many alerts of a sample have it. */
const SAMPLE = 200;
const SAMPLE_MATCHES_MAX = 5;
/** Days to look up one step after the other, where all is too much; the first step is the rest of a day. */
const DAYS_LOOKED_UP = [1, 3, 10];
const DAY_MS = 24 * 60 * 60 * 1000;
const startOfDay = (ms: number) => ms - (ms % DAY_MS);
/** Before every other id. */
const FIRST_ID = { text: '-', uuid: '00000000-0000-0000-0000-000000000000' };

/**
 * One page of a list, at a cost that has a bound whatever is stored and asked for. Frequent matches are found by
 * looking at the newest rows; rare ones by the search index, in the whole list or at least in the next days. Where
 * neither finds enough within its bound (a filter that many rows match, together with one that few do), the page has
 * fewer items than asked for, perhaps none, and a place to go on from.
 */
export async function findPlaces(
  { db }: Pick<Database, 'db'>,
  stream: Stream,
  request: PlacesRequest,
): Promise<FoundPage> {
  const { limit } = request;
  if (stream.remaining === null) {
    const { places } = await look(limit + 1, request.after, limit + 1);
    return cut(places, null);
  }
  const first = await look(FIRST_LOOK, request.after, limit + 1);
  if (first.end === null || first.places.length > limit) return cut(first.places, null);
  const common = await commonTerms(first.end);
  const rare = await lookUp(first.end, common);
  if (rare !== null) return cut([...first.places, ...rare.places], null);
  const beyond = await lookUpByDays(first.end, common, limit + 1 - first.places.length);
  if (beyond !== null) return cut([...first.places, ...beyond.places], beyond.end);
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

  /**
   * The index collects every alert with a term, or with a word that begins with it, before it returns the first: some
   * 100 ms for a common term. So common terms are left out where a rare one is searched for too.
   *
   * @returns the terms that many of the next alerts have
   */
  async function commonTerms(after: Place): Promise<ReadonlySet<string>> {
    const terms = stream.search?.terms ?? [];
    if (terms.length === 0) return new Set();
    const counts = terms.map((term) => sql`count(*) FILTER (WHERE terms @@ ${term}::tsquery)::integer`);
    const { rows } = await sql<{ counts: number[] }>`
      SELECT ARRAY[${sql.join(counts)}] AS counts FROM (
        SELECT terms FROM alerts WHERE ${daysOf(request, after)} ORDER BY received_at DESC, alert_id DESC LIMIT ${SAMPLE}
      ) AS a`.execute(db);
    return new Set(terms.filter((_, n) => (rows[0]?.counts[n] ?? 0) > SAMPLE_MATCHES_MAX));
  }

  /** @returns what is beyond `after`, back to `since`, by the search index; null where that finds more than `most` */
  async function lookUp(
    after: Place,
    common: ReadonlySet<string>,
    { since = request.since, most = CANDIDATES_MAX }: { since?: string | undefined; most?: number } = {},
  ): Promise<{ places: FoundPlace[]; count: number } | null> {
    const within = { ...request, since: later(since, request.since) };
    const candidates = stream.search?.candidates(most + 1, daysOf(within, after), common) ?? null;
    if (candidates === null) return null;
    const range = rangeOf(within, after, stream.idType);
    const statement = sql<Nullable<FoundPlace> & { count: number }>`
      WITH c AS MATERIALIZED (${candidates}), counted AS (
        SELECT count(*)::integer AS count FROM c
      ), found AS (
        SELECT DISTINCT p.received_day, p.received_at, p.id, p.alert_id FROM c
        CROSS JOIN LATERAL (SELECT * FROM (${stream.ofAlert(range)}) AS p OFFSET 0) AS p
        WHERE (SELECT count FROM counted) <= ${most} AND ${stream.remaining}
        ORDER BY p.received_at DESC, p.id DESC LIMIT ${limit + 1}
      )
      SELECT counted.count, received_day AS day, ${AT} AS at, f.id::text AS id, alert_id AS "alertId"
      FROM counted LEFT JOIN found AS f ON true ORDER BY received_at DESC, f.id DESC`;
    const { rows } = await statement.execute(db);
    const count = rows[0]?.count ?? 0;
    if (count > most) return null;
    return { places: rows.filter((row): row is FoundPlace & { count: number } => row.day !== null), count };
  }

  /** The same for some days, as far as the index does not find too much in them; null where the first is too much. */
  async function lookUpByDays(after: Place, common: ReadonlySet<string>, wanted: number) {
    const places: FoundPlace[] = [];
    let [end, most] = [after, CANDIDATES_MAX];
    for (const days of DAYS_LOOKED_UP) {
      const start = startOfDay(Math.ceil(end.at / 1000) - 1) - (days - 1) * DAY_MS;
      const found = await lookUp(end, common, { since: new Date(start).toISOString(), most });
      if (found === null) break;
      places.push(...found.places);
      most -= found.count;
      end = { at: start * 1000, id: FIRST_ID[stream.idType] };
      if (request.since !== undefined && Date.parse(request.since) >= start) return { places, end: null };
      if (places.length >= wanted) break;
    }
    return end === after ? null : { places, end };
  }

  function cut(places: FoundPlace[], end: Place | null): FoundPage {
    const page = places.slice(0, limit);
    return { places: page, next: places.length > limit ? (page.at(-1) as Place) : end };
  }
}

/** The later of two times. */
const later = (one: string | undefined, other: string | undefined) =>
  one === undefined || (other !== undefined && Date.parse(other) > Date.parse(one)) ? other : one;

/** The receipt day of a time, so that other days' partitions are left out. */
const dayOf = (time: RawBuilder<unknown>) => sql`(${time} AT TIME ZONE 'UTC')::date`;

/** A time that a caller gave. */
const given = (time: string) => sql`${time}::timestamptz`;
const timeOf = ({ at }: Place) => sql.raw(timeOfMicroseconds(String(at)));

function daysOf({ since, until }: PlacesRequest, after: Place | undefined): RawBuilder<boolean> {
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
  request: PlacesRequest,
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
