import type { IncomingMessage } from 'node:http';
import { createBatcher } from '@tocsin/batcher';
import { ProblemError, type Scope } from '@tocsin/contract';
import { csrfTokenOf, hashSessionToken, matchesHash, parseApiKey } from '@tocsin/secrets';
import { LRUCache } from 'lru-cache';
import { type CookieRequest, type CrossSiteProof, refuseCrossSite } from './cross-site.ts';
import { createRefusalLimit } from './refusal-limit.ts';
import { sessionTokensOf } from './session-tokens.ts';

/** An API key as it is stored. */
export interface StoredKey {
  id: string;
  name: string;
  scopes: readonly Scope[];
  secretHash: string;
  revokedAt: Date | null;
}

/** A session as it is found: one that has not expired, of a key that was not revoked. */
export interface FoundSession {
  keyId: string;
  keyName: string;
  scopes: readonly Scope[];
  expiresAt: Date;
}

/**
 * Authenticates a request: by its `Authorization` header if it has one, else by the console's session cookie.
 *
 * @param proof what a request by cookie has to show before it may change anything; the CSRF token by default
 * @throws ProblemError `unauthorized`, the same whatever is wrong with key or session; `rate_limited` after too many
 * wrong keys from one address; `csrf_token_required`
 */
export type Authenticate = (
  authorization: string | undefined,
  request?: IncomingMessage,
  proof?: CrossSiteProof,
) => Promise<Principal>;

export interface AuthenticatorOptions {
  /** Reads a key by its id; null where there is none. */
  findKey: (id: string) => Promise<StoredKey | null>;
  /** Reads a session that may be used, by the hash of its token; without it, cookies mean nothing. */
  findSession?: (tokenHash: string) => Promise<FoundSession | null>;
  /** How long an answer is used again, and so how long a revoked key or an ended session goes on working at most. */
  cacheMs?: number;
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
}

/** Wrong secrets of one key id from one address within a minute. */
const REFUSALS_MAX = 30;

/** A request as Express has it, with its origin as trusted proxies give it. */
type AddressedRequest = CookieRequest & { ip?: string | undefined; secure?: boolean };

function addressOf(request: AddressedRequest | undefined): string {
  return request?.ip ?? 'unknown';
}

/**
 * Authenticates by API key or session. Answers of the database are kept for `cacheMs`, also that there is no such key.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { findKey, findSession, cacheMs = 2_000, now = () => performance.now() } = options;
  const kept = { maxAgeMs: cacheMs, now };
  const lookUps = createLookUps();
  const keys = createTtlCache(lookUps.inTurn(findKey), kept);
  const sessions = createTtlCache(lookUps.inTurn(findSession ?? (async () => null)), kept);

  const refusals = createRefusalLimit({
    refusalsMax: REFUSALS_MAX,
    detail: 'Too many wrong keys.',
    now,
  });

  async function byKey(authorization: string, request: AddressedRequest | undefined): Promise<Principal> {
    const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const given = parseApiKey(text ?? '');
    const key = given === null ? null : await keys.get(given.id, addressOf(request));
    if (
      given === null ||
      key === null ||
      key.revokedAt !== null ||
      !matchesHash(given.secret, key.secretHash)
    ) {
      // Counted after the check, so that a right key is accepted even if others behind the same address guess. A
      // request without a key is no guess.
      if (text !== undefined) refusals.count(addressOf(request), given?.id ?? null);
      throw new ProblemError('unauthorized');
    }
    return { keyId: key.id, keyName: key.name, scopes: key.scopes };
  }

  async function bySession(request: AddressedRequest, proof: CrossSiteProof): Promise<Principal> {
    for (const token of sessionTokensOf(request.headers.cookie ?? '', request.secure === true)) {
      const found = await sessions.get(hashSessionToken(token), addressOf(request));
      if (found === null) continue;
      refuseCrossSite(request, token, proof);
      return principalOf(token, found);
    }
    throw new ProblemError('unauthorized');
  }

  function principalOf(token: string, found: FoundSession): Principal {
    const tokenHash = hashSessionToken(token);
    const { keyId, keyName, scopes, expiresAt } = found;
    const session = {
      tokenHash,
      csrfToken: csrfTokenOf(token),
      expiresAt,
      forget: () => sessions.forget(tokenHash),
    };
    return { keyId, keyName, scopes, session };
  }

  return async (authorization, request, proof = 'token') =>
    authorization === undefined && request !== undefined
      ? bySession(request, proof)
      : byKey(authorization ?? '', request);
}

/** Entries kept at most, so that guessed names cannot fill the memory. */
const ENTRIES_MAX = 10_000;

/**
 * Caches what was read by a name for a short time; also that nothing was found.
 *
 * @param read given the caller too, for a read that treats callers alike
 */
function createTtlCache<T>(
  read: (name: string, caller: string) => Promise<T>,
  { maxAgeMs, now }: { maxAgeMs: number; now: () => number },
) {
  const entries = new LRUCache<string, { readonly readAt: number; readonly value: Promise<T> }>({
    max: ENTRIES_MAX,
  });
  return {
    /** Concurrent calls share one read; a read that fails is not kept. */
    get(name: string, caller: string): Promise<T> {
      const kept = entries.get(name);
      if (kept !== undefined && now() - kept.readAt < maxAgeMs) return kept.value;
      const entry = { readAt: now(), value: read(name, caller) };
      entries.set(name, entry);
      entry.value.catch(() => {
        if (entries.get(name) === entry) entries.delete(name);
      });
      return entry.value;
    },
    /** The next `get` of this name reads again. */
    forget: (name: string) => void entries.delete(name),
  };
}

/** Look-ups at once, so that strangers with made-up keys leave connections to authenticated callers. */
const LOOK_UPS_MAX = 2;

/** Reads what strangers may ask for, such as keys by their ids, before it is known who they are. */
export interface LookUps {
  /** @returns a read that waits for its turn; `address` is whose turn it is */
  inTurn<T>(read: (name: string) => Promise<T>): (name: string, address: string) => Promise<T>;
}

/** Reads a few at a time, addresses in turn, so that one stranger's requests do not delay other callers. */
export function createLookUps(): LookUps {
  const reads = createBatcher<() => Promise<unknown>, unknown>({
    run: (some) => Promise.all(some.map((read) => read())),
    batchSizeMax: 1,
    concurrency: LOOK_UPS_MAX,
  });
  return {
    inTurn:
      <T>(read: (name: string) => Promise<T>) =>
      async (name: string, address: string): Promise<T> =>
        (await reads.addAll([() => read(name)], { caller: address }))[0] as T,
  };
}

/** The session by whose cookie a request was recognised. */
export interface PrincipalSession {
  /** SHA-256 of its token, in hex: its name in the database. */
  readonly tokenHash: string;
  readonly csrfToken: string;
  readonly expiresAt: Date;
  /** Makes this process ask the database again, for when the session has just been ended. */
  forget(): void;
}

/** Who makes a request, once its key or session was recognised. */
export interface Principal {
  readonly keyId: string;
  readonly keyName: string;
  readonly scopes: readonly Scope[];
  /** Absent where the request came with a key. */
  readonly session?: PrincipalSession;
}

/** Whether a principal may do what needs a scope; `admin` includes every other, null needs none. */
export function mayUse(principal: Principal, scope: Scope | null): boolean {
  return scope === null || principal.scopes.includes(scope) || principal.scopes.includes('admin');
}
