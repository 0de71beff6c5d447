import { revokeApiKey } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import type { Database } from '@tocsin/store';
import { revokeApiKeyById } from '../api-key-store.ts';

/** Revokes a key; other processes go on taking it for as long as they keep what they have read of it, some 2 s. */
export function createRevokeApiKey({ database }: { database: Database }) {
  return defineRoute(revokeApiKey, async ({ params, principal }) => {
    await revokeApiKeyById(database, params.id, principal);
    return undefined;
  });
}
