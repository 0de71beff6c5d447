import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { generateApiKey, hashApiSecret, matchesHash, parseApiKey } from './api-key.ts';

/** @returns what collects all garbage and says how much of the heap is used then, in bytes */
function collectorOfGarbage(): () => number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
}

describe('API keys', () => {
  test('a generated key reads back, has 256 bits of secret and matches its hash alone', () => {
    const generated = generateApiKey();
    const parsed = parseApiKey(generated.key);
    expect(parsed?.id).toBe(generated.id);
    expect(Buffer.from(parsed?.secret ?? '', 'base64url')).toHaveLength(32);
    expect(matchesHash(parsed?.secret ?? '', generated.secretHash)).toBe(true);
    expect(matchesHash(`${parsed?.secret}x`, generated.secretHash)).toBe(false);
    expect(matchesHash('', generated.secretHash)).toBe(false);
    expect(generated.secretHash).not.toContain(parsed?.secret);
  });

  test('an id that is kept does not keep the text that it was given in', () => {
    const collect = collectorOfGarbage();
    const ids: string[] = [];
    const before = collect();
    for (let n = 0; n < 500; n += 1) {
      const header = Buffer.from(`${' '.repeat(15_000)}tcs_made-up-${n}-${'x'.repeat(20)}_secret`).toString(
        'latin1',
      );
      ids.push(parseApiKey(header.trim())?.id ?? '');
    }
    expect(collect() - before).toBeLessThan(500 * 2_000);
    expect(new Set(ids).size).toBe(500);
  });

  test('many generated keys all parse, whatever their secrets hold, and none repeats', () => {
    const keys = Array.from({ length: 1_000 }, generateApiKey);
    expect(new Set(keys.map((key) => key.id)).size).toBe(1_000);
    for (const { key, id } of keys) expect(parseApiKey(key)?.id).toBe(id);
  });

  test('the id ends at the first underscore, the secret holds the rest', () => {
    expect(parseApiKey('tcs_first_admin_secret')).toEqual({ id: 'first', secret: 'admin_secret' });
    expect(parseApiKey('tcs_a-1_~._-')).toEqual({ id: 'a-1', secret: '~._-' });
    expect(parseApiKey('tcs_a.b~c_secret')).toEqual({ id: 'a.b~c', secret: 'secret' });
  });

  test.each([
    '',
    'tcs_',
    'tcs__secret',
    'tcs_id_',
    'tcs_id',
    'TCS_id_secret',
    'xtcs_id_secret',
    'tcs_id_secret ',
    'tcs_id_secret\n',
    'tcs_i d_secret',
    'tcs_id_sécret',
    'tcs_i/d_secret',
    'tcs_._secret',
    'tcs_.._secret',
    `tcs_id_${'a'.repeat(513)}`,
    `tcs_${'a'.repeat(65)}_secret`,
  ])('"%s" is no key', (text) => expect(parseApiKey(text)).toBeNull());

  test('the hash is SHA-256 in hex', () => {
    expect(hashApiSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test('a hash of another length is no match and no error', () => {
    expect(matchesHash('abc', '')).toBe(false);
    expect(matchesHash('abc', 'ba78')).toBe(false);
    expect(matchesHash('abc', 'é'.repeat(32))).toBe(false);
  });
});
