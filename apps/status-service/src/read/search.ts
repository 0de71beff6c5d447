import { ProblemError } from '@tocsin/contract';
import { searchTerm, searchWords } from '@tocsin/store';
import { type RawBuilder, sql } from 'kysely';

/** What both lists filter alerts by. */
export interface AlertSearchFilters {
  severityRanks?: readonly number[] | undefined;
  types?: readonly string[] | undefined;
  logType?: string | undefined;
  tag?: string | undefined;
  q?: string | undefined;
}

const WORDS_MAX = 10;
/** A shorter word matches only itself: too many words begin with any one or two letters. */
const PREFIX_CHARACTERS_MIN = 3;
const ALERT_ID = /^[A-Za-z0-9._:-]{3,128}$/;

/**
 * The queries of a search, one for each of its words: alerts that have it, or a word that begins with it.
 *
 * @throws ProblemError `invalid_request` where it has no word, or too many
 */
function queriesOf(q: string): string[] {
  const words = searchWords(q);
  const refuse = (message: string) =>
    new ProblemError('invalid_request', {
      detail: 'The search is refused.',
      errors: [{ path: 'q', message }],
    });
  if (words.length === 0) throw refuse('holds no letter and no digit');
  if (words.length > WORDS_MAX) throw refuse(`has more than ${WORDS_MAX} words`);
  return words.map((word) => (isPrefix(word) ? `'${word}':*` : `'${word}'`));
}

function isPrefix(word: string): boolean {
  // In scripts without an alphabet, one sign says as much as three letters.
  return Array.from(word).length >= PREFIX_CHARACTERS_MIN || /[^\0-\x7f]/.test(word);
}

const quoted = (term: string) => `'${term.replaceAll(/['\\]/g, '$&$&')}'`;
const anyOf = (terms: string[]) => `(${terms.map(quoted).join(' | ')})`;

/** How alerts are found by these filters: one by one among others, and on their own. */
export interface AlertSearch {
  /** Whether an alert matches; a row of `alerts` under this name. */
  matches: (alias: 'a' | 'p') => RawBuilder<boolean>;
  /**
   * Days and ids of alerts by an index, in no order: all that match, and others. At most `limit` of each index; if so
   * many, some may be missing.
   *
   * @param common those of `terms` that the index is not asked for
   * @returns null where nothing is left to ask it for
   */
  candidates: (
    limit: number,
    range: RawBuilder<boolean>,
    common: ReadonlySet<string>,
  ) => RawBuilder<unknown> | null;
  /** The indexed terms to search for, each as a query. */
  terms: readonly string[];
}

/** @returns null where nothing is filtered by what the alert itself is */
export function createAlertSearch(filters: AlertSearchFilters): AlertSearch | null {
  const { severityRanks, types, logType, tag, q } = filters;
  const words = q === undefined ? [] : queriesOf(q);
  const alertId = q !== undefined && ALERT_ID.test(q) ? q : undefined;
  const terms: string[] = [];
  if (severityRanks !== undefined) terms.push(anyOf(severityRanks.map(searchTerm.severity)));
  if (types !== undefined) terms.push(anyOf(types.map(searchTerm.type)));
  if (logType !== undefined) terms.push(quoted(searchTerm.logType(logType)));
  if (tag !== undefined) terms.push(quoted(searchTerm.tag(tag)));
  terms.push(...words);
  if (terms.length === 0) return null;

  function matches(alias: 'a' | 'p'): RawBuilder<boolean> {
    const column = (name: string) => sql.ref(`${alias}.${name}`);
    const conditions: RawBuilder<unknown>[] = [];
    if (severityRanks !== undefined)
      conditions.push(sql`${column('severity_rank')} = ANY(${severityRanks}::smallint[])`);
    if (types !== undefined) conditions.push(sql`${column('type')} = ANY(${types}::text[])`);
    if (logType !== undefined) conditions.push(sql`${logType} = ANY(${column('log_types')})`);
    if (tag !== undefined) conditions.push(sql`${tag} = ANY(${column('tags')})`);
    if (words.length > 0) {
      const byId = alertId === undefined ? sql`` : sql` OR starts_with(${column('alert_id')}, ${alertId})`;
      conditions.push(sql`(${column('terms')} @@ ${words.join(' & ')}::tsquery${byId})`);
    }
    return sql`(${sql.join(conditions, sql` AND `)})`;
  }

  return {
    matches,
    terms,
    candidates: (limit, range, common) => {
      const query = terms.filter((term) => !common.has(term)).join(' & ');
      if (query === '') return null;
      const byTerms = sql`
        SELECT a.received_day, a.alert_id FROM alerts a WHERE a.terms @@ ${query}::tsquery AND ${range} LIMIT ${limit}`;
      if (alertId === undefined) return byTerms;
      // Ids have a collation of their own there; under it, or under none, the indexes of the other tables are of no use.
      return sql`(${byTerms}) UNION ALL (
        SELECT received_day, alert_id COLLATE "default" FROM alert_ids
        WHERE alert_id >= ${alertId} AND alert_id < ${`${alertId}~`} LIMIT ${limit})`;
    },
  };
}
