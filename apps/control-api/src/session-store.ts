import { type Database, recordChange } from '@tocsin/store';
import { sql } from 'kysely';

/** From sign-in to the end of a session, whatever is done in it. */
export const SESSION_SECONDS = 12 * 60 * 60;

/** Of one key. People who share a key have fewer browsers; beyond, the oldest session ends. */
const SESSIONS_PER_KEY_MAX = 100;

/** Whose session it is, and where it was opened from. */
export interface Opening {
  tokenHash: string;
  key: { keyId: string; keyName: string };
  address: string;
}

/**
 * Stores a session, and clears away those that have expired, and of its key the oldest beyond a hundred.
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
  const surplus = db
    .selectFrom('sessions')
    .select('token_hash')
    .where('key_id', '=', key.keyId)
    .orderBy('created_at', 'desc')
    .orderBy('token_hash')
    .offset(SESSIONS_PER_KEY_MAX - 1)
    .forUpdate()
    .skipLocked();
  for (const gone of [expired, surplus])
    await db.deleteFrom('sessions').where('token_hash', 'in', gone).execute();
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
