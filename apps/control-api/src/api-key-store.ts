import {
  type ApiKeyView,
  type listApiKeys,
  ProblemError,
  type RequestOf,
  type Scope,
} from '@tocsin/contract';
import { fitPage } from '@tocsin/http';
import { hashApiSecret, parseApiKey } from '@tocsin/secrets';
import {
  type Actor,
  type ApiKeysTable,
  type Database,
  microsecondsOf,
  recordChange,
  type Tables,
  timeOfMicroseconds,
} from '@tocsin/store';
import { type Selectable, sql, type Transaction } from 'kysely';
import { decodeTextCursor, encodeTextCursor } from './text-cursor.ts';

/** The name of the key that the settings give. */
const ADMIN_KEY_NAME = 'admin key from the settings';

function toApiKeyView(row: Selectable<ApiKeysTable>): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}

type Page = RequestOf<typeof listApiKeys>['query'];

/** When a key was made, in microseconds, and its id. */
const PLACE = /^\d{1,16} \S{1,64}$/;

/** By an index, in either direction: keys may be many, and a page is few of them. */
export function selectKeys(db: Database['db'], { limit, cursor }: Page) {
  const keys = db
    .selectFrom('api_keys')
    .selectAll()
    .select(sql.raw<number>(microsecondsOf('created_at')).as('createdUs'))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit);
  if (cursor === undefined) return keys;
  const [us = '', id] = decodeTextCursor(cursor, PLACE).split(' ');
  return keys.where(sql<boolean>`(created_at, id) < (${sql.raw(timeOfMicroseconds(us))}, ${id})`);
}

/** @returns a page of the keys, revoked ones too, newest first */
export async function readApiKeys(
  { db }: Database,
  { limit, cursor }: Page,
): Promise<{ items: ApiKeyView[]; nextCursor: string | null }> {
  const rows = await selectKeys(db, { limit: limit + 1, cursor }).execute();
  const items = fitPage(rows.slice(0, limit).map(toApiKeyView));
  const last = rows.length > items.length ? rows[items.length - 1] : undefined;
  return {
    items,
    nextCursor: last === undefined ? null : encodeTextCursor(`${last.createdUs} ${last.id}`),
  };
}

/** Stores a key by the hash of its secret. */
export async function insertApiKey(
  { db }: Database,
  key: { id: string; name: string; scopes: Scope[]; secretHash: string },
  actor: Actor,
): Promise<ApiKeyView> {
  const { id, name, scopes, secretHash } = key;
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .insertInto('api_keys')
      .values({ id, name, scopes, secret_hash: secretHash })
      .returningAll()
      .executeTakeFirstOrThrow();
    const detail = { name, scopes };
    await recordChange(transaction, { actor, action: 'api_key.created', subject: `api-key/${id}`, detail });
    return toApiKeyView(row);
  });
}

/**
 * Revokes a key, which cannot be undone; revoking it again changes nothing.
 *
 * @throws ProblemError `not_found` where there is no such key, `last_admin_key` where nobody could administer any more
 */
export async function revokeApiKeyById({ db }: Database, id: string, actor: Actor): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const admins = await lockAdminKeys(transaction);
    const known = await transaction
      .selectFrom('api_keys')
      .select(['name', 'revoked_at'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (known === undefined)
      throw new ProblemError('not_found', { detail: 'There is no API key with this id.' });
    if (known.revoked_at !== null) return;
    if (admins.length === 1 && admins[0] === id) throw new ProblemError('last_admin_key');
    await transaction.updateTable('api_keys').set({ revoked_at: new Date() }).where('id', '=', id).execute();
    const detail = { name: known.name };
    await recordChange(transaction, { actor, action: 'api_key.revoked', subject: `api-key/${id}`, detail });
  });
}

/**
 * The admin keys that may be used. Locked in one order: of two revocations at once, the later one sees what the first
 * left.
 */
async function lockAdminKeys(transaction: Transaction<Tables>): Promise<string[]> {
  const rows = await transaction
    .selectFrom('api_keys')
    .select('id')
    .where('revoked_at', 'is', null)
    .where(sql<boolean>`'admin' = ANY(scopes)`)
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Makes the admin key of the settings usable. A key that was revoked stays so while the settings repeat the same
 * secret: a restart must not bring back what somebody revoked; a new secret under the same id does.
 *
 * @param adminKey `tcs_<id>_<secret>`
 * @returns whether the key may be used
 * @throws Error where it is not written like a key; the message does not show it
 */
export async function ensureAdminKey({ db }: Database, adminKey: string): Promise<boolean> {
  const parsed = parseApiKey(adminKey);
  if (parsed === null) throw new Error('The admin key is not written tcs_<id>_<secret>');
  const { id } = parsed;
  const secretHash = hashApiSecret(parsed.secret);
  const scopes: Scope[] = ['admin'];
  return db.transaction().execute(async (transaction) => {
    const changed = await transaction
      .insertInto('api_keys')
      .values({ id, name: ADMIN_KEY_NAME, scopes, secret_hash: secretHash })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet({ name: ADMIN_KEY_NAME, scopes, secret_hash: secretHash, revoked_at: null })
          .where('api_keys.secret_hash', '<>', secretHash),
      )
      .returning('id')
      .executeTakeFirst();
    if (changed !== undefined) {
      await recordChange(transaction, {
        actor: 'system',
        action: 'api_key.admin_set',
        subject: `api-key/${id}`,
        detail: { name: ADMIN_KEY_NAME, scopes },
      });
      return true;
    }
    const known = await transaction
      .selectFrom('api_keys')
      .select('revoked_at')
      .where('id', '=', id)
      .executeTakeFirst();
    return known?.revoked_at === null;
  });
}
