import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { type ProblemError, SCOPES, type Scope } from '@tocsin/contract';
import { generateApiKey } from '@tocsin/secrets';
import { createAuthenticator, mayUse, type StoredKey } from './authenticator.ts';

/** Lets every microtask run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

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

test('made-up keys are looked up a few at a time, and keep nobody waiting at another address', async () => {
  const { key, id, secretHash } = generateApiKey();
  const underWay: { asked: string; end: () => void }[] = [];
  const authenticate = createAuthenticator({
    findKey: (asked) =>
      new Promise((resolve) => {
        const stored = { id, name: 'test', scopes: [], secretHash, revokedAt: null };
        underWay.push({ asked, end: () => resolve(asked === id ? stored : null) });
      }),
  });
  const from = (ip: string) => ({ headers: {}, ip }) as unknown as IncomingMessage;
  const strangers = Array.from({ length: 50 }, (_, n) =>
    authenticate(`Bearer tcs_a${n}_secret`, from('192.0.2.1')).catch((error: ProblemError) => error.code),
  );
  const known = authenticate(`Bearer ${key}`, from('192.0.2.2'));
  await settle();
  expect(underWay).toHaveLength(2);
  for (const { end } of underWay) end();
  await settle();
  expect(underWay.map(({ asked }) => asked)).toContain(id);
  expect(underWay).toHaveLength(4);
  for (let ended = 2; ended < 51; ended += 1) {
    underWay[ended]?.end();
    await settle();
  }
  expect(await known).toMatchObject({ keyId: id });
  expect(new Set(await Promise.all(strangers))).toEqual(new Set(['unauthorized']));
});

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
    fail(new Error('the database is unavailable'));
    await expect(authenticate(`Bearer ${key}`)).rejects.toThrow('the database is unavailable');
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

const having = (...scopes: Scope[]) => ({ keyId: 'k', keyName: 'n', scopes });

describe('scopes', () => {
  test.each(SCOPES)('%s allows itself, and nothing else unless it is admin', (scope) => {
    for (const needed of SCOPES) {
      expect(mayUse(having(scope), needed)).toBe(scope === needed || scope === 'admin');
    }
  });

  test('no scope is needed where none is asked for, and no scope allows nothing', () => {
    expect(mayUse(having(), null)).toBe(true);
    for (const needed of SCOPES) expect(mayUse(having(), needed)).toBe(false);
  });
});
