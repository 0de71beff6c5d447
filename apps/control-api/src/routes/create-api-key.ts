import { createApiKey, ProblemError } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import { generateApiKey } from '@tocsin/secrets';
import type { Database } from '@tocsin/store';
import { insertApiKey } from '../api-key-store.ts';

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
