import type { IncomingMessage } from 'node:http';
import { ProblemError, type Scope } from '@tocsin/contract';
import { matchesHash, parseApiKey } from '@tocsin/secrets';
import { LRUCache } from 'lru-cache';
import type { Principal } from './principal.ts';

/** An API key as it is stored. */
export interface StoredKey {
  id: string;
  name: string;
  scopes: readonly Scope[];
  secretHash: string;
  revokedAt: Date | null;
}

/**
 * Finds out who makes a request. Given the `Authorization` header, and the request for those who look at more of it
 * (the console's session cookie).
 *
 * @throws ProblemError `unauthorized`, the same whatever is wrong with the key
 */
export type Authenticate = (
  authorization: string | undefined,
  request?: IncomingMessage,
) => Promise<Principal>;

export interface AuthenticatorOptions {
  /** Reads a key by its id; null where there is none. */
  findKey: (id: string) => Promise<StoredKey | null>;
  /** How long an answer is used again, and so how long a revoked key goes on working at most. */
  cacheMs?: number;
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
}

/** Entries kept at most, so that guessed ids cannot fill the memory. */
const CACHE_ENTRIES_MAX = 10_000;

interface CachedKey {
  readonly readAt: number;
  readonly key: Promise<StoredKey | null>;
}

/** Authenticates by API key. What the database says about an id is kept for `cacheMs`, that there is none included. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { findKey, cacheMs = 2_000, now = () => performance.now() } = options;
  const cache = new LRUCache<string, CachedKey>({ max: CACHE_ENTRIES_MAX });

  /** Concurrent requests with one key share one read; a read that fails is not kept. */
  function readKey(id: string): Promise<StoredKey | null> {
    const cached = cache.get(id);
    if (cached !== undefined && now() - cached.readAt < cacheMs) return cached.key;
    const key = findKey(id);
    const entry = { readAt: now(), key };
    cache.set(id, entry);
    key.catch(() => {
      if (cache.get(id) === entry) cache.delete(id);
    });
    return key;
  }

  return async (authorization) => {
    const given = parseApiKey(/^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    const key = given === null ? null : await readKey(given.id);
    if (
      given === null ||
      key === null ||
      key.revokedAt !== null ||
      !matchesHash(given.secret, key.secretHash)
    ) {
      throw new ProblemError('unauthorized');
    }
    return { keyId: key.id, keyName: key.name, scopes: key.scopes };
  };
}
