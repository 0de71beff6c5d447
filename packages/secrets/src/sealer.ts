import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretKeys } from './secret-keys.ts';
import { SecretsError } from './secrets-error.ts';

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D: a random 96-bit IV is good for 2^32 texts under one key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** Encrypts short secrets for the database. */
export interface Sealer {
  /**
   * @param plain any Unicode text without lone surrogates
   * @param context where the secret belongs, for example `destination:<id>:header:<name>`; it is authenticated, so a
   *   sealed text that was moved to another row does not open there
   * @returns `<keyId>:<base64url of IV, ciphertext and tag>`, different at every call
   */
  seal(plain: string, context: string): string;
  /**
   * @param sealed what `seal` returned, under any key of the list
   * @param context the one it was sealed with
   * @throws SecretsError `unknown_key` or `unsealable`
   */
  open(sealed: string, context: string): string;
}

/**
 * @param keys the primary seals, every one opens; to rotate, put a new key first and drop the old one once nothing is
 *   sealed with it
 */
export function createSealer(keys: SecretKeys): Sealer {
  return {
    seal(plain, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, keys.primary.key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const parts = [iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `${keys.primary.id}:${Buffer.concat(parts).toString('base64url')}`;
    },

    open(sealed, context) {
      const colon = sealed.indexOf(':');
      const encoded = sealed.slice(colon + 1);
      if (colon === -1 || !BASE64URL.test(encoded)) throw unsealable();
      const key = keys.byId.get(sealed.slice(0, colon));
      if (key === undefined) {
        throw new SecretsError(
          'unknown_key',
          'A secret was sealed with a key that TOCSIN_SECRET_KEYS does not hold',
        );
      }
      const bytes = Buffer.from(encoded, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) throw unsealable();
      const decipher = createDecipheriv(CIPHER, key.key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context, 'utf8'));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const plain = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
      try {
        return Buffer.concat([plain, decipher.final()]).toString('utf8');
      } catch {
        throw unsealable();
      }
    },
  };
}

function unsealable(): SecretsError {
  return new SecretsError(
    'unsealable',
    'A sealed secret could not be opened: it was altered, moved, or its key was replaced under the same id',
  );
}
