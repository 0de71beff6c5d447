import { describe, expect, test } from '@jest/globals';
import type { ProblemError } from '@tocsin/contract';
import { generateApiKey } from '@tocsin/secrets';
import { createAuthenticator, type StoredKey } from './authenticator.ts';

function createFixture() {
  const { key, id, secretHash } = generateApiKey();
  const stored: StoredKey = { id, name: 'test', scopes: ['alerts:read'], secretHash, revokedAt: null };
  const keys = new Map([[id, stored]]);
  const reads: string[] = [];
  const clock = { nowMs: 0 };
  let failure: Error | null = null;
  const authenticate = createAuthenticator({
    findKey: async (asked) => {
      reads.push(asked);
      if (failure !== null) throw failure;
      return keys.get(asked) ?? null;
    },
    cacheMs: 2_000,
    now: () => clock.nowMs,
  });
  return {
    key,
    id,
    stored,
    keys,
    reads,
    clock,
    authenticate,
    fail: (error: Error | null) => {
      failure = error;
    },
  };
}

const UNAUTHORIZED = { name: 'ProblemError', code: 'unauthorized', status: 401 };

describe('authentication', () => {
  test('a key that is known gives its principal, whatever the case of the scheme', async () => {
    const { authenticate, key, id } = createFixture();
    const principal = { keyId: id, keyName: 'test', scopes: ['alerts:read'] };
    expect(await authenticate(`Bearer ${key}`)).toEqual(principal);
    expect(await authenticate(`bearer  ${key}`)).toEqual(principal);
  });

  test('everything else is refused in the same words', async () => {
    const { authenticate, key, id, stored, keys } = createFixture();
    keys.set('revoked', { ...stored, revokedAt: new Date() });
    const secret = key.slice(`tcs_${id}_`.length);
    const given = [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      key,
      `Basic ${key}`,
      `Bearer ${key} x`,
      `Bearer ${key}x`,
      `Bearer tcs_${id}_`,
      `Bearer tcs_unknown_${secret}`,
      `Bearer tcs_revoked_${secret}`,
      `Bearer tcs_${id}_${secret.toUpperCase()}`,
    ];
    const texts = new Set<string>();
    for (const authorization of given) {
      const refusal = authenticate(authorization);
      await expect(refusal).rejects.toMatchObject(UNAUTHORIZED);
      await refusal.catch((error: ProblemError) => texts.add(`${error.detail} ${error.message}`));
    }
    expect(texts.size).toBe(1);
  });

  test('one read serves concurrent and later requests for cacheMs, and no longer', async () => {
    const { authenticate, key, reads, clock } = createFixture();
    await Promise.all([authenticate(`Bearer ${key}`), authenticate(`Bearer ${key}`)]);
    clock.nowMs = 1_999;
    await authenticate(`Bearer ${key}`);
    expect(reads).toHaveLength(1);
    clock.nowMs = 2_000;
    await authenticate(`Bearer ${key}`);
    expect(reads).toHaveLength(2);
  });

  test('a revoked key stops within cacheMs', async () => {
    const { authenticate, key, id, stored, keys, clock } = createFixture();
    await authenticate(`Bearer ${key}`);
    keys.set(id, { ...stored, revokedAt: new Date() });
    clock.nowMs = 2_000;
    await expect(authenticate(`Bearer ${key}`)).rejects.toMatchObject(UNAUTHORIZED);
  });

  test('that there is no such key is kept too', async () => {
    const { authenticate, reads } = createFixture();
    for (let index = 0; index < 10; index += 1) {
      await expect(authenticate('Bearer tcs_nobody_x')).rejects.toMatchObject(UNAUTHORIZED);
    }
    expect(reads).toEqual(['nobody']);
  });

  test('a cached key still needs the right secret', async () => {
    const { authenticate, key, id } = createFixture();
    await authenticate(`Bearer ${key}`);
    await expect(authenticate(`Bearer tcs_${id}_wrong`)).rejects.toMatchObject(UNAUTHORIZED);
  });

  test('a read that fails is passed on, and not kept', async () => {
    const { authenticate, key, reads, fail } = createFixture();
    fail(new Error('the database is away'));
    await expect(authenticate(`Bearer ${key}`)).rejects.toThrow('the database is away');
    fail(null);
    await authenticate(`Bearer ${key}`);
    expect(reads).toHaveLength(2);
  });

  test('nothing is read for what is no key', async () => {
    const { authenticate, reads } = createFixture();
    await expect(authenticate('Bearer nonsense')).rejects.toMatchObject(UNAUTHORIZED);
    expect(reads).toHaveLength(0);
  });
});
