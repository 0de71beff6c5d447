import { createSession, deleteSession, getSession, ProblemError } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import { csrfTokenOf, generateSessionToken, hashSessionToken } from '@tocsin/secrets';
import type { Logger } from '@tocsin/service';
import { type Database, recordChange, type StoredApiKey } from '@tocsin/store';
import { checkKey, type KeyVerdict } from '../check-key.ts';
import type { LoginLimit } from '../login-limit.ts';
import { noSessionCookies, sessionCookie } from '../session-cookie.ts';
import { endSession, openSession } from '../session-store.ts';

export interface CreateSessionDeps {
  database: Database;
  /** Reads a key by its id, for a caller from an address. */
  findKey: (id: string, address: string) => Promise<StoredApiKey | null>;
  loginLimit: LoginLimit;
  publicUrl: string;
}

/**
 * Signs in with a key, read anew from the database when it is its address's turn. The key is checked before refusals are
 * counted, so that a right one is let in whatever others behind the same address try. The cookie alone holds the
 * session's token.
 */
export function createCreateSession(deps: CreateSessionDeps) {
  const { database, findKey, loginLimit, publicUrl } = deps;
  return defineRoute(createSession, async ({ body, clientAddress, isTls, setCookie, log }) => {
    const verdict = await checkKey(body.key, (id) => findKey(id, clientAddress));
    if (verdict.kind === 'refused') {
      loginLimit.count(clientAddress, verdict.givenId);
      await recordRefusal(deps, { verdict, address: clientAddress, log });
      throw new ProblemError('unauthorized', { detail: 'There is no such API key, or it was revoked.' });
    }
    const { id: keyId, name: keyName, scopes } = verdict.key;
    await loginLimit.admit(keyId);
    const token = generateSessionToken();
    const opening = { tokenHash: hashSessionToken(token), key: { keyId, keyName }, address: clientAddress };
    const expiresAt = await openSession(database, opening);
    setCookie(sessionCookie(token, { publicUrl, isTls }));
    return { keyId, keyName, scopes, csrfToken: csrfTokenOf(token), expiresAt: expiresAt.toISOString() };
  });
}

interface Refusal {
  verdict: KeyVerdict & { kind: 'refused' };
  address: string;
  log: Logger;
}

/** Without the key and any other typed text. */
async function recordRefusal(
  { database, loginLimit }: CreateSessionDeps,
  { verdict, address, log }: Refusal,
): Promise<void> {
  const { reason, keyId } = verdict;
  if (!(await loginLimit.mayRecord())) return;
  log.warn({ event: 'session.refused', reason, keyId, address }, 'a sign-in was refused');
  await recordChange(database.pool, {
    actor: 'anonymous',
    action: 'session.refused',
    subject: keyId === null ? 'session' : `api-key/${keyId}`,
    detail: { reason, address },
  });
}

export function createGetSession() {
  return defineRoute(getSession, async ({ principal }) => {
    const { keyId, keyName, scopes, session } = principal;
    return {
      keyId,
      keyName,
      scopes: [...scopes],
      csrfToken: session?.csrfToken ?? null,
      expiresAt: session?.expiresAt.toISOString() ?? null,
    };
  });
}

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
