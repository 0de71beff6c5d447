import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { SecretsError } from './secrets-error.ts';

const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9._-]{1,64}$/;
/** 32 bytes are 43 characters of base64 and one of padding. */
const KEY_TEXT = /^[A-Za-z0-9+/]{43}=$/;

/** A key as an object that shows neither in logs nor in JSON. */
interface SecretKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys that seal secrets at rest: the primary encrypts, all decrypt. */
export interface SecretKeys {
  readonly primary: SecretKey;
  readonly byId: ReadonlyMap<string, SecretKey>;
}

/**
 * Reads the comma list of `TOCSIN_SECRET_KEYS`.
 *
 * @param text `id:base64,…`, each key 32 bytes; spaces around an entry are ignored
 * @throws SecretsError `invalid_keys`, whose message names every fault by its place and never shows a key
 */
export function parseSecretKeys(text: string): SecretKeys {
  const byId = new Map<string, SecretKey>();
  const faults: string[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const fault = readEntry(entry.trim(), byId);
    if (fault !== null) faults.push(`key ${index + 1} ${fault}`);
  }
  const primary = byId.values().next().value;
  if (faults.length > 0 || primary === undefined) throw new SecretsError('invalid_keys', faults.join('; '));
  return { primary, byId };
}

/** Adds one entry, or says what is wrong with it. */
function readEntry(entry: string, byId: Map<string, SecretKey>): string | null {
  const colon = entry.indexOf(':');
  if (entry === '') return 'is empty';
  if (colon === -1) return 'is not written as id:base64';
  const id = entry.slice(0, colon);
  const encoded = entry.slice(colon + 1);
  if (!ID.test(id)) return 'has an id that is not 1 to 64 characters of A-Z a-z 0-9 . _ -';
  if (byId.has(id)) return `repeats the id "${id}"`;
  if (!KEY_TEXT.test(encoded)) return `("${id}") is not the base64 of ${KEY_BYTES} bytes`;
  byId.set(id, { id, key: createSecretKey(Buffer.from(encoded, 'base64')) });
  return null;
}

/** @returns one fresh key as `id:base64`, fit for `TOCSIN_SECRET_KEYS`. */
export function generateSecretKeys(): string {
  return `k${randomBytes(4).toString('hex')}:${randomBytes(KEY_BYTES).toString('base64')}`;
}
