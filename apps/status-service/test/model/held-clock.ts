/** When a sequence begins; the model counts milliseconds from here. */
const BEGIN_MS = Date.UTC(2026, 6, 1, 12);

/** So long has every sequence; its one partition is as wide. */
const LAST_DAY = '2027-01-01';

/** @param at milliseconds since the sequence began; what is beyond the last day is the last day */
export const isoOf = (at: number): string =>
  new Date(Math.min(BEGIN_MS + at, Date.parse(LAST_DAY))).toISOString();

export const dayOf = (at: number): string => isoOf(at).slice(0, 10);

/** SQL: a time as milliseconds since the sequence began. */
export const sinceBegin = (column: string): string =>
  `round(extract(epoch FROM ${column}) * 1000 - ${BEGIN_MS})::double precision`;

const DEFAULTS = [
  ['deliveries', ['round_started_at', 'created_at', 'updated_at']],
  ['routings', ['received_at', 'decided_at']],
  ['resends', ['updated_at']],
  ['failure_notices', ['first_failed_at']],
] as const;

/**
 * Gives a database a clock that stands still until the test moves it: functions of the same names before Postgres' own,
 * for connections with `clockOf`. And one partition for all days, so that statements are planned in no time.
 */
export const HELD_CLOCK = `
CREATE SCHEMA held;
CREATE TABLE held.clock (at timestamptz NOT NULL);
INSERT INTO held.clock VALUES (now());
CREATE FUNCTION held.now() RETURNS timestamptz LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT at FROM held.clock); END';
CREATE FUNCTION held.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql STABLE
  AS 'BEGIN RETURN (SELECT at FROM held.clock); END';
DO $body$
DECLARE
  part record;
BEGIN
  FOR part IN SELECT inhrelid::regclass AS name FROM pg_inherits WHERE inhparent IN
    ('alerts'::regclass, 'routings'::regclass, 'deliveries'::regclass, 'attempts'::regclass)
  LOOP
    EXECUTE format('DROP TABLE %s', part.name);
  END LOOP;
END
$body$;
${['alerts', 'routings', 'deliveries', 'attempts']
  .map(
    (table) =>
      `CREATE TABLE ${table}_all PARTITION OF ${table} FOR VALUES FROM ('${dayOf(0)}') TO ('${LAST_DAY}');`,
  )
  .join('\n')}
${DEFAULTS.flatMap(([table, columns]) =>
  columns.map((column) => `ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT held.now();`),
).join('\n')}
${['deliveries', 'routings']
  .flatMap((table) =>
    (table === 'deliveries'
      ? ['round_started_at', 'created_at', 'updated_at']
      : ['received_at', 'decided_at']
    ).map((column) => `ALTER TABLE ${table}_all ALTER COLUMN ${column} SET DEFAULT held.now();`),
  )
  .join('\n')}
`;

/** The URL of a database for those who are to see the clock that is held. */
export function clockOf(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', '-c search_path=held,pg_catalog,public');
  return url.href;
}
