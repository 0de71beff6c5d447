import type { Scope } from '@tocsin/contract';
import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface StoredApiKey {
  id: string;
  name: string;
  scopes: Scope[];
  secretHash: string;
  revokedAt: Date | null;
}

/** @returns the key with this id, revoked ones too; null where there is none. */
export async function findApiKey(database: Database, id: string): Promise<StoredApiKey | null> {
  const row = await database.db
    .selectFrom('api_keys')
    .select(['id', 'name', 'scopes', 'secret_hash', 'revoked_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    secretHash: row.secret_hash,
    revokedAt: row.revoked_at,
  };
}

/** A session that may be used, and whose it is: the key's name and scopes are those of today. */
export interface StoredSession {
  keyId: string;
  keyName: string;
  scopes: Scope[];
  expiresAt: Date;
}

/**
 * @param tokenHash SHA-256 of the cookie's token, in hex
 * @returns the session; null where there is none, where it has expired, or where its key was revoked
 */
export async function findSession(database: Database, tokenHash: string): Promise<StoredSession | null> {
  const row = await database.db
    .selectFrom('sessions')
    .innerJoin('api_keys', 'api_keys.id', 'sessions.key_id')
    .select(['api_keys.id', 'api_keys.name', 'api_keys.scopes', 'sessions.expires_at'])
    .where('sessions.token_hash', '=', tokenHash)
    .where('sessions.expires_at', '>', sql<Date>`now()`)
    .where('api_keys.revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { keyId: row.id, keyName: row.name, scopes: row.scopes, expiresAt: row.expires_at };
}
