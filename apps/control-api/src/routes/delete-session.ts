import { deleteSession } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import type { Database } from '@tocsin/store';
import { noSessionCookies } from '../session-cookie.ts';
import { endSession } from '../session-store.ts';

export interface DeleteSessionDeps {
  database: Database;
  publicUrl: string;
}

/**
 * Signs out: at once in this process, and within some 2 s in others, for as long as they keep what they have read. With
 * a key there is no session, and nothing to do.
 */
export function createDeleteSession({ database, publicUrl }: DeleteSessionDeps) {
  return defineRoute(deleteSession, async ({ principal, clientAddress, isTls, setCookie }) => {
    const { session } = principal;
    if (session === undefined) return undefined;
    await endSession(database, { tokenHash: session.tokenHash, key: principal, address: clientAddress });
    session.forget();
    for (const cookie of noSessionCookies({ publicUrl, isTls })) setCookie(cookie);
    return undefined;
  });
}
