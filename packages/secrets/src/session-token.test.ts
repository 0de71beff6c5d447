import { describe, expect, test } from '@jest/globals';
import {
  csrfTokenOf,
  generateSessionToken,
  hashSessionToken,
  isSessionToken,
  matchesCsrfToken,
} from './session-token.ts';

describe('session tokens', () => {
  test('have 256 bits, never repeat, and fit into a cookie as they are', () => {
    const tokens = Array.from({ length: 1_000 }, generateSessionToken);
    expect(new Set(tokens).size).toBe(1_000);
    for (const token of tokens) {
      expect(isSessionToken(token)).toBe(true);
      expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    }
  });

  test.each(['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}=`, `${'a'.repeat(42)}\n`])(
    '"%s" is none',
    (text) => expect(isSessionToken(text)).toBe(false),
  );

  test('are stored as SHA-256 in hex', () => {
    expect(hashSessionToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('the CSRF token', () => {
  test('follows from the session’s token, and shows nothing of it or of its hash', () => {
    const token = generateSessionToken();
    const csrfToken = csrfTokenOf(token);
    expect(csrfTokenOf(token)).toBe(csrfToken);
    expect(csrfTokenOf(generateSessionToken())).not.toBe(csrfToken);
    expect(csrfToken).not.toContain(token);
    expect(Buffer.from(csrfToken, 'base64url').toString('hex')).not.toBe(hashSessionToken(token));
  });

  test('is recognised for its session alone', () => {
    const token = generateSessionToken();
    const csrfToken = csrfTokenOf(token);
    expect(matchesCsrfToken(csrfToken, token)).toBe(true);
    for (const other of ['', `${csrfToken}x`, csrfToken.slice(1), token, csrfTokenOf(generateSessionToken())])
      expect(matchesCsrfToken(other, token)).toBe(false);
  });
});
