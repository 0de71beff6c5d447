import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSealer } from './sealer.ts';
import { generateSecretKeys, parseSecretKeys } from './secret-keys.ts';
import { SecretsError } from './secrets-error.ts';

const OLD = generateSecretKeys();
const NEW = generateSecretKeys();
const sealer = createSealer(parseSecretKeys(OLD));

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof SecretsError ? error.code : `another error: ${String(error)}`;
  }
  return 'opened';
}

describe('sealing', () => {
  test('any text comes back under its context', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (plain, context) => {
        expect(sealer.open(sealer.seal(plain, context), context)).toBe(plain);
      }),
    );
  });

  test('the same text is sealed differently each time, and never shows', () => {
    const sealed = new Set(Array.from({ length: 100 }, () => sealer.seal('canary', 'c')));
    expect(sealed.size).toBe(100);
    for (const text of sealed) {
      expect(text).toMatch(/^k[0-9a-f]{8}:[A-Za-z0-9_-]+$/);
      expect(text).not.toContain('canary');
    }
  });

  test('another context does not open it: a value moved to another row stays shut', () => {
    const sealed = sealer.seal('canary', 'destination:1');
    expect(codeOf(() => sealer.open(sealed, 'destination:2'))).toBe('unsealable');
    expect(codeOf(() => sealer.open(sealed, ''))).toBe('unsealable');
  });

  test('one changed character anywhere is noticed', () => {
    const sealed = sealer.seal('canary', 'c');
    const start = sealed.indexOf(':') + 1;
    fc.assert(
      // The last character holds bits that base64 does not use.
      fc.property(fc.integer({ min: start, max: sealed.length - 2 }), (place) => {
        const other = sealed[place] === 'A' ? 'B' : 'A';
        const changed = `${sealed.slice(0, place)}${other}${sealed.slice(place + 1)}`;
        expect(codeOf(() => sealer.open(changed, 'c'))).toBe('unsealable');
      }),
    );
  });

  test('any other text is refused, never crashed on', () => {
    const id = OLD.slice(0, OLD.indexOf(':'));
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['unsealable', 'unknown_key']).toContain(codeOf(() => sealer.open(text, 'c')));
        expect(codeOf(() => sealer.open(`${id}:${text}`, 'c'))).toBe('unsealable');
      }),
    );
  });

  test('a shortened tag does not open: GCM would accept four bytes of it', () => {
    const sealed = sealer.seal('', 'c');
    for (let length = sealed.length - 2; length > sealed.indexOf(':'); length -= 1) {
      expect(codeOf(() => sealer.open(sealed.slice(0, length), 'c'))).toBe('unsealable');
    }
  });
});

describe('rotating keys', () => {
  test('the first key seals, the others go on opening', () => {
    const sealed = sealer.seal('canary', 'c');
    const rotated = createSealer(parseSecretKeys(`${NEW},${OLD}`));
    expect(rotated.open(sealed, 'c')).toBe('canary');
    expect(rotated.seal('x', 'c').startsWith(NEW.slice(0, NEW.indexOf(':')))).toBe(true);
  });

  test('what a dropped key sealed is named as such', () => {
    const sealed = sealer.seal('canary', 'c');
    const rotated = createSealer(parseSecretKeys(NEW));
    expect(codeOf(() => rotated.open(sealed, 'c'))).toBe('unknown_key');
  });

  test('a key replaced under the same id is noticed', () => {
    const sealed = sealer.seal('canary', 'c');
    const id = OLD.slice(0, OLD.indexOf(':'));
    const replaced = createSealer(parseSecretKeys(`${id}:${NEW.slice(NEW.indexOf(':') + 1)}`));
    expect(codeOf(() => replaced.open(sealed, 'c'))).toBe('unsealable');
  });
});
