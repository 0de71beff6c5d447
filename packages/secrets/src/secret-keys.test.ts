import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { generateSecretKeys, parseSecretKeys } from './secret-keys.ts';
import { SecretsError } from './secrets-error.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');

function faultOf(text: string): string {
  try {
    parseSecretKeys(text);
  } catch (error) {
    expect(error).toBeInstanceOf(SecretsError);
    expect((error as SecretsError).code).toBe('invalid_keys');
    return (error as SecretsError).message;
  }
  throw new Error('nothing was refused');
}

describe('reading TOCSIN_SECRET_KEYS', () => {
  test('the first key is the primary, and all are known by id', () => {
    const keys = parseSecretKeys(`new:${KEY}, old:${Buffer.alloc(32, 8).toString('base64')}`);
    expect(keys.primary.id).toBe('new');
    expect([...keys.byId.keys()]).toEqual(['new', 'old']);
    expect(keys.byId.get('old')?.key.export()).toEqual(Buffer.alloc(32, 8));
  });

  test('a generated key can be read', () => {
    expect(parseSecretKeys(generateSecretKeys()).primary.key.symmetricKeySize).toBe(32);
    expect(generateSecretKeys()).not.toBe(generateSecretKeys());
  });

  test.each([
    ['nothing', '', 'key 1 is empty'],
    ['a trailing comma', `a:${KEY},`, 'key 2 is empty'],
    ['no id', KEY, 'key 1 is not written as id:base64'],
    ['an empty id', `:${KEY}`, 'key 1 has an id that is not 1 to 64 characters of A-Z a-z 0-9 . _ -'],
    [
      'an id with a space',
      `a b:${KEY}`,
      'key 1 has an id that is not 1 to 64 characters of A-Z a-z 0-9 . _ -',
    ],
    ['an id twice', `a:${KEY},a:${KEY}`, 'key 2 repeats the id "a"'],
    ['16 bytes', `a:${Buffer.alloc(16).toString('base64')}`, 'key 1 ("a") is not the base64 of 32 bytes'],
    ['33 bytes', `a:${Buffer.alloc(33).toString('base64')}`, 'key 1 ("a") is not the base64 of 32 bytes'],
    ['hex', `a:${'ab'.repeat(32)}`, 'key 1 ("a") is not the base64 of 32 bytes'],
  ])('refuses %s', (_, text, fault) => expect(faultOf(text)).toBe(fault));

  test('names every fault at once, and shows no key', () => {
    const fault = faultOf(`a:${KEY},b:AAAA,:${KEY}`);
    expect(fault).toContain('key 2');
    expect(fault).toContain('key 3');
    expect(fault).not.toContain('AAAA');
    expect(fault).not.toContain(KEY);
  });

  test('keys show neither when inspected nor as JSON', () => {
    const keys = parseSecretKeys(`a:${KEY}`);
    const shown = inspect(keys, { depth: 10, showHidden: true }) + JSON.stringify(keys.primary);
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain('07 07');
  });
});
