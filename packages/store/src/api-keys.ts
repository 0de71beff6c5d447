import type { Scope } from '@tocsin/contract';
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
