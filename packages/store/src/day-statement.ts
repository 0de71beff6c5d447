import type pg from 'pg';

/** Tables with a partition for each day. */
type DayTable = 'alerts' | 'routings' | 'deliveries' | 'attempts';

/** What a statement reads or writes, to be put into its text. */
interface DayRows {
  /** The table, or one day's partition of it. */
  table: string;
  /**
   * The condition that limits `column` to the days of the array `parameter`. About one day's partition it says nothing: so
   * Postgres cannot take an index that begins with the day, while a new partition is empty, for one that begins with an id.
   */
  inDays(column: string, parameter: string): string;
  /** The array `parameter` of days, for a table whose indexes begin with the day. */
  days(parameter: string): string;
}

/**
 * A statement about rows of some days. The days are those of the rows, and also in the parameters where the text names
 * them.
 */
type DayStatement = (days: readonly string[], values: unknown[]) => pg.QueryConfig;

/**
 * An array parameter, as an array whose length says nothing about costs. Otherwise Postgres takes the plan for these few
 * elements to be cheaper than one for any, and plans a prepared statement each time it runs. The outer cast makes it a value:
 * `ANY` of a bare subquery would compare with the subquery's rows.
 *
 * @param type of its elements
 */
export const anyLength = (parameter: string, type: string): string =>
  `(SELECT ${parameter}::${type}[])::${type}[]`;

/**
 * A statement about rows of a table with a partition for each day. To plan it for a month of partitions takes Postgres
 * several times as long as to run it, and naming it does not help: a plan for all days is never the cheaper one. So where
 * all rows are of today, which is nearly always, it is about today's partition, and is planned a few times for each
 * connection.
 *
 * @param name tells it from other prepared statements; Postgres' log and statistics show it
 */
export function dayStatement(name: string, table: DayTable, text: (rows: DayRows) => string): DayStatement {
  const ofAnyDays = text({
    table,
    inDays: (column, days) => `${column} = ANY(${days}::date[])`,
    days: (parameter) => `${parameter}::date[]`,
  });
  let ofDay: { day: string; name: string; text: string } | undefined;
  return (days, values) => {
    const [day] = days;
    // By this process' clock. Where that is behind by as much as days are kept, the partition may be gone already, and the
    // statement fails instead of finding nothing.
    if (days.length !== 1 || day !== new Date().toISOString().slice(0, 10))
      return { text: ofAnyDays, values };
    if (ofDay?.day !== day) {
      const suffix = day.replaceAll('-', '');
      const partition = {
        table: `${table}_${suffix}`,
        inDays: (_: string, days: string) => `${days}::date[] IS NOT NULL`,
        days: (parameter: string) => anyLength(parameter, 'date'),
      };
      ofDay = { day, name: `${name} ${suffix}`, text: text(partition) };
    }
    return { name: ofDay.name, text: ofDay.text, values };
  };
}
