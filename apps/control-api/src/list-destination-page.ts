import type { DestinationView, HealthState } from '@tocsin/contract';
import { fillPage } from '@tocsin/http';
import type { Database } from '@tocsin/store';
import { sql } from 'kysely';
import type { HealthColumns } from './destination-presenter.ts';
import type { DestinationRow } from './destination-row.ts';
import { healthState, selectWithHealth } from './destination-store.ts';
import { foldName } from './display-names.ts';
import { decodeTextCursor, encodeTextCursor } from './text-cursor.ts';

interface DestinationQuery {
  limit: number;
  cursor?: string | undefined;
  /** A part of the display name or the id, in any case; of nothing else. */
  q?: string | undefined;
  health?: HealthState[] | undefined;
}

type Row = DestinationRow & HealthColumns;

/** A row may have 90 KB of sealed headers: a thousand of them are not to be in memory for one page of 1 MiB. */
const ROWS_AT_ONCE = 100;

/**
 * @returns one page, in the order of display names without regard to the case of A to Z: the order of code points, the same
 *   on every database
 */
export async function listDestinationPage(
  { db }: Pick<Database, 'db'>,
  { limit, cursor, q, health }: DestinationQuery,
  present: (row: Row) => DestinationView,
): Promise<{ items: DestinationView[]; nextCursor: string | null }> {
  const ids = q === undefined ? undefined : await findByText(db, foldName(q));
  const page = fillPage<DestinationView>();
  let after = cursor === undefined ? undefined : decodeTextCursor(cursor);
  let isLast = false;
  let isFull = false;
  while (!isLast && !isFull) {
    // One more than the page has tells whether it is the last.
    const count = Math.min(ROWS_AT_ONCE, limit + 1 - page.items.length);
    const rows = await readAfter(db, { after, ids, health, count });
    isFull = rows.some((row) => page.items.length === limit || !page.add(present(row)));
    after = rows.at(-1)?.display_name;
    isLast = rows.length < count;
  }
  const last = isFull ? page.items.at(-1) : undefined;
  return {
    items: page.items,
    nextCursor: last === undefined ? null : encodeTextCursor(last.displayName),
  };
}

interface Part {
  after: string | undefined;
  ids: string[] | undefined;
  health: HealthState[] | undefined;
  count: number;
}

function readAfter(db: Database['db'], { after, ids, health, count }: Part): Promise<Row[]> {
  const name = sql<string>`lower(d.display_name COLLATE "C")`;
  let statement = selectWithHealth(db).orderBy(name).limit(count);
  if (after !== undefined) statement = statement.where(sql<boolean>`${name} > lower(${after} COLLATE "C")`);
  if (ids !== undefined) statement = statement.where('d.id', '=', sql<string>`ANY(${ids})`);
  if (health !== undefined) statement = statement.where(sql<boolean>`${healthState} = ANY(${health})`);
  return statement.execute();
}

/** The ids of destinations with a text in their name or id, both folded here: there are 10,000 at most. */
async function findByText(db: Database['db'], folded: string): Promise<string[]> {
  const all = await db
    .selectFrom('destinations')
    .select(['id', 'display_name'])
    .where('deleted_at', 'is', null)
    .execute();
  const isMeant = (row: (typeof all)[number]) =>
    row.id.includes(folded) || foldName(row.display_name).includes(folded);
  return all.filter(isMeant).map(({ id }) => id);
}
