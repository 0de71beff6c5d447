import { matchesHash, parseApiKey } from '@tocsin/secrets';
import type { StoredApiKey } from '@tocsin/store';

/** The result of checking a key at sign-in. */
export type KeyVerdict =
  | { kind: 'accepted'; key: StoredApiKey }
  /**
   * `keyId` is that of a key that exists: what was typed into the wrong field must not be written down. `givenId` is for
   * counting alone.
   */
  | {
      kind: 'refused';
      reason: 'unknown_key' | 'wrong_secret' | 'revoked';
      keyId: string | null;
      givenId: string | null;
    };

/**
 * @param text what was given as a key
 * @param findKey reads a key by its id, revoked ones too
 */
export async function checkKey(
  text: string,
  findKey: (id: string) => Promise<StoredApiKey | null>,
): Promise<KeyVerdict> {
  const given = parseApiKey(text.trim());
  const key = given === null ? null : await findKey(given.id);
  const givenId = given?.id ?? null;
  if (given === null || key === null) return { kind: 'refused', reason: 'unknown_key', keyId: null, givenId };
  if (!matchesHash(given.secret, key.secretHash))
    return { kind: 'refused', reason: 'wrong_secret', keyId: key.id, givenId };
  if (key.revokedAt !== null) return { kind: 'refused', reason: 'revoked', keyId: key.id, givenId };
  return { kind: 'accepted', key };
}
