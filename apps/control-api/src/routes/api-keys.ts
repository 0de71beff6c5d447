import { createApiKey, listApiKeys, ProblemError, revokeApiKey } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import { generateApiKey } from '@tocsin/secrets';
import type { Database } from '@tocsin/store';
import { insertApiKey, readApiKeys, revokeApiKeyById } from '../api-key-store.ts';

/** Makes a key. Only the hash of its secret is stored: this answer is the one place where it can be read. */
export function createCreateApiKey({ database }: { database: Database }) {
  return defineRoute(createApiKey, async ({ body, principal }) => {
    // A name is shown in lists and written into the audit log's actor.
    if (!body.name.isWellFormed() || /\p{Cc}/u.test(body.name) || body.name.trim() === '')
      throw new ProblemError('invalid_request', {
        detail: 'The body is invalid.',
        errors: [{ path: 'name', message: 'must not be blank or hold control characters' }],
      });
    const { key, id, secretHash } = generateApiKey();
    const view = await insertApiKey(database, { id, ...body, secretHash }, principal);
    return { ...view, key };
  });
}

export function createListApiKeys({ reads }: { reads: Database }) {
  return defineRoute(listApiKeys, ({ query }) => readApiKeys(reads, query));
}

/** Revokes a key; other processes go on taking it for as long as they keep what they have read of it, some 2 s. */
export function createRevokeApiKey({ database }: { database: Database }) {
  return defineRoute(revokeApiKey, async ({ params, principal }) => {
    await revokeApiKeyById(database, params.id, principal);
    return undefined;
  });
}
