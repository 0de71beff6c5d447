import { type Database, recordChange } from '@tocsin/store';
import { sql } from 'kysely';

/** From sign-in to the end of a session, whatever is done in it. */
export const SESSION_SECONDS = 12 * 60 * 60;

/** Whose session it is, and where it was opened from. */
export interface Opening {
  tokenHash: string;
  key: { keyId: string; keyName: string };
  address: string;
}

/**
 * Stores a session, and clears away those that have expired.
 *
 * @returns when it will expire, by the database's clock
 */
export async function openSession({ db }: Database, { tokenHash, key, address }: Opening): Promise<Date> {
  const expired = db
    .selectFrom('sessions')
    .select('token_hash')
    .where('expires_at', '<=', sql<Date>`now()`)
    .forUpdate()
    .skipLocked();
  await db.deleteFrom('sessions').where('token_hash', 'in', expired).execute();
  return db.transaction().execute(async (transaction) => {
    const { expires_at } = await transaction
      .insertInto('sessions')
      .values({
        token_hash: tokenHash,
        key_id: key.keyId,
        expires_at: sql<Date>`now() + make_interval(secs => ${SESSION_SECONDS})`,
      })
      .returning('expires_at')
      .executeTakeFirstOrThrow();
    await recordChange(transaction, {
      actor: key,
      action: 'session.opened',
      subject: `api-key/${key.keyId}`,
      detail: { address, expiresAt: expires_at.toISOString() },
    });
    return expires_at;
  });
}

/** Ends a session; one that has ended already is left at that. */
export async function endSession({ db }: Database, { tokenHash, key, address }: Opening): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const ended = await transaction
      .deleteFrom('sessions')
      .where('token_hash', '=', tokenHash)
      .returning('key_id')
      .executeTakeFirst();
    if (ended === undefined) return;
    await recordChange(transaction, {
      actor: key,
      action: 'session.ended',
      subject: `api-key/${key.keyId}`,
      detail: { address },
    });
  });
}
