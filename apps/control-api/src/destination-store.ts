import { type HealthState, LIMITS, ProblemError } from '@tocsin/contract';
import {
  bumpDestinationsVersion,
  type Database,
  type DestinationsTable,
  noteDestinationBytes,
  type Tables,
} from '@tocsin/store';
import { type Insertable, sql, type Transaction, type UpdateObject } from 'kysely';
import type { HealthColumns } from './destination-presenter.ts';
import type { DestinationRow } from './destination-row.ts';
import { displayNameTaken, refuseTakenName } from './display-names.ts';

type Db = Database['db'] | Transaction<Tables>;

const notFound = () => new ProblemError('not_found', { detail: 'There is no destination with this id.' });

/** How a destination `d` is, whose latest attempts are in `state`. */
export const healthState = sql<HealthState>`CASE
  WHEN NOT d.enabled THEN 'disabled' WHEN d.paused THEN 'paused' ELSE coalesce(state.state, 'healthy') END`;

/** Destinations that are not deleted, with the record that the status service keeps of them. */
export function selectWithHealth(db: Db) {
  return db
    .selectFrom('destinations as d')
    .leftJoin('destination_health as h', 'h.destination_id', 'd.id')
    .leftJoin('health_states as state', 'state.destination_id', 'd.id')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('destination_pauses')
          .select(['began_at', 'ended_at'])
          .whereRef('destination_id', '=', 'd.id')
          .orderBy('began_at', 'desc')
          .limit(1)
          .as('pause'),
      (join) => join.onTrue(),
    )
    .selectAll('d')
    .select([
      'h.waiting',
      'h.queued',
      'h.delayed',
      'h.succeeded',
      'h.failed',
      'h.consecutive_failures',
      'h.last_success_at',
      'h.last_failure_at',
      'h.last_error_code',
      'h.last_error_message',
      'h.flow_limit',
      'h.circuit_opened_at',
      sql<Date | null>`CASE WHEN h.held_until > now() THEN h.held_until END`.as('held_until'),
      'state.success_rate',
      'state.response_p50_ms',
      'state.response_p95_ms',
      healthState.as('health_state'),
      sql<Date>`CASE
        WHEN pause.began_at IS NOT NULL AND pause.ended_at IS NULL THEN pause.began_at
        ELSE greatest(coalesce(state.since, d.created_at), pause.ended_at) END`.as('health_since'),
    ])
    .where('d.deleted_at', 'is', null);
}

/** @throws ProblemError `not_found` where there is none, or it was deleted */
export async function readDestination(db: Db, id: string): Promise<DestinationRow & HealthColumns> {
  const row = await selectWithHealth(db).where('d.id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound();
  return row;
}

/** @returns the row with this id, deleted or not; undefined where there never was one */
export function findDestination(db: Db, id: string): Promise<DestinationRow | undefined> {
  return db.selectFrom('destinations').selectAll().where('id', '=', id).executeTakeFirst();
}

/**
 * Runs a change to destinations in one transaction. The version moves on first: its row is the lock that lets one
 * change run at a time, which makes the limit and the order of versions exact.
 *
 * @param work given the new version, which is the revision of the destination that it changes
 * @param options.mayPassLimit allows it however large all destinations together are
 * @throws ProblemError `display_name_taken` or `id_taken` where Postgres finds one; `limit_reached` where all destinations
 *   together would become too large
 */
export async function changeDestinations<T>(
  { db }: Database,
  work: (transaction: Transaction<Tables>, revision: number) => Promise<T>,
  { mayPassLimit = false }: { mayPassLimit?: boolean } = {},
): Promise<T> {
  try {
    return await db.transaction().execute(async (transaction) => {
      const revision = await bumpDestinationsVersion(transaction);
      const result = await work(transaction, revision);
      const { total, grown } = await noteDestinationBytes(transaction, revision);
      if (!mayPassLimit && grown > 0 && total > LIMITS.destinationBytesMax)
        throw new ProblemError('limit_reached');
      return result;
    });
  } catch (error) {
    throw takenProblem(error) ?? error;
  }
}

function takenProblem(error: unknown): ProblemError | null {
  const { code, constraint } = error as { code?: string; constraint?: string };
  if (code !== '23505') return null;
  if (constraint === 'destinations_display_name') {
    return displayNameTaken();
  }
  if (constraint === 'destinations_pkey') {
    return new ProblemError('id_taken');
  }
  return null;
}

/** @throws ProblemError `limit_reached` where there are as many destinations as there may be */
export async function refuseTooMany(transaction: Transaction<Tables>): Promise<void> {
  const { count } = await transaction
    .selectFrom('destinations')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (count >= LIMITS.destinationsMax) throw new ProblemError('limit_reached');
}

/** @throws ProblemError `limit_reached` where there are as many destinations as there may be, `display_name_taken` */
export async function insertDestination(
  transaction: Transaction<Tables>,
  row: Insertable<DestinationsTable>,
): Promise<DestinationRow> {
  await refuseTooMany(transaction);
  await refuseTakenName(transaction, { id: row.id, name: row.display_name });
  return transaction.insertInto('destinations').values(row).returningAll().executeTakeFirstOrThrow();
}

/** @throws ProblemError `not_found` where there is none, or it was deleted; `display_name_taken` */
export async function updateDestinationRow(
  transaction: Transaction<Tables>,
  id: string,
  columns: UpdateObject<Tables, 'destinations'> & { revision: number; display_name?: string },
): Promise<DestinationRow> {
  const { display_name: name } = columns;
  if (name !== undefined) await refuseTakenName(transaction, { id, name });
  const row = await transaction
    .updateTable('destinations')
    .set({ ...columns, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw notFound();
  return row;
}
