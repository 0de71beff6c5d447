import { describe, expect, test } from '@jest/globals';
import { generateApiKey } from '@tocsin/secrets';
import { checkKey } from './check-key.ts';

function fixture(revokedAt: Date | null = null) {
  const { key, id, secretHash } = generateApiKey();
  const stored = { id, name: 'duty', scopes: [], secretHash, revokedAt };
  return { key, id, stored, findKey: async (asked: string) => (asked === id ? stored : null) };
}

describe('a key to sign in with', () => {
  test('is accepted when it is right, with the spaces that come with pasting', async () => {
    const { key, stored, findKey } = fixture();
    for (const text of [key, ` ${key}\n`])
      expect(await checkKey(text, findKey)).toEqual({ kind: 'accepted', key: stored });
  });

  test('is refused for a reason, and named only where there is such a key', async () => {
    const { key, id, findKey } = fixture();
    const unknown = { kind: 'refused', reason: 'unknown_key', keyId: null };
    for (const text of ['', 'nonsense', 'tcs_typed-into-the-wrong-field_x', key.slice(4)])
      expect(await checkKey(text, findKey)).toMatchObject(unknown);
    const wrong = { kind: 'refused', reason: 'wrong_secret', keyId: id };
    expect(await checkKey(`${key}x`, findKey)).toEqual({ ...wrong, givenId: id });
  });

  test('is called revoked only to who has it', async () => {
    const { key, id, findKey } = fixture(new Date());
    expect(await checkKey(key, findKey)).toMatchObject({ kind: 'refused', reason: 'revoked', keyId: id });
    expect(await checkKey(`${key}x`, findKey)).toMatchObject({ reason: 'wrong_secret' });
  });
});
