import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
const ID_BYTES = 8;
/**
 * Both of URL-safe characters. The id ends at the first underscore; the secret may hold more of them. An id is also a
 * segment of a path, which `.` and `..` could not be.
 */
const KEY = /^tcs_(?!\.{1,2}_)([A-Za-z0-9.~-]{1,64})_([A-Za-z0-9._~-]{1,512})$/;

/** A new API key: `key` goes to its owner and is not kept, `id` and `secretHash` are stored. */
export interface GeneratedApiKey {
  key: string;
  id: string;
  secretHash: string;
}

/** @returns a fresh key `tcs_<id>_<secret>` with 256 random bits of secret. */
export function generateApiKey(): GeneratedApiKey {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { key: `tcs_${id}_${secret}`, id, secretHash: hashApiSecret(secret) };
}

/** Splits `tcs_<id>_<secret>`; null where a text is not a key. The id has no underscore. */
export function parseApiKey(text: string): { id: string; secret: string } | null {
  const match = KEY.exec(text);
  if (match === null) return null;
  return { id: copyOf(match[1] as string), secret: match[2] as string };
}

/**
 * A part of a text keeps the whole of it: ids are cached, and strangers could fill the caches with headers of 16 KiB.
 *
 * @param ascii all of its characters are ASCII
 */
function copyOf(ascii: string): string {
  return Buffer.from(ascii, 'latin1').toString('latin1');
}

/** @returns the SHA-256 of a secret in hex. Secrets are random and long, so no slow password hash is needed. */
export function hashApiSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** Whether a secret has this hash; takes the same time wherever they differ. */
export function matchesHash(secret: string, hash: string): boolean {
  const actual = Buffer.from(hashApiSecret(secret), 'utf8');
  const expected = Buffer.from(hash, 'utf8');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
