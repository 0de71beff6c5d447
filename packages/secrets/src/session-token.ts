import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const CSRF_LABEL = 'tocsin csrf token';

/** @returns a fresh token of 256 random bits, for the cookie of one session. */
export function generateSessionToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Whether a text has the form of a token; any other text needs no look into the database. */
export function isSessionToken(text: string): boolean {
  return TOKEN.test(text);
}

/** @returns the SHA-256 of a token in hex, which is stored. */
export function hashSessionToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/**
 * The CSRF token of a session. It is derived from the session's token, so that nothing more is stored, by a one-way
 * hash: who reads it in a page cannot make the cookie from it.
 */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update(CSRF_LABEL, 'utf8').digest('base64url');
}

/** Whether a text is the session's CSRF token; takes the same time wherever they differ. */
export function matchesCsrfToken(text: string, token: string): boolean {
  const given = Buffer.from(text, 'utf8');
  const expected = Buffer.from(csrfTokenOf(token), 'utf8');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
