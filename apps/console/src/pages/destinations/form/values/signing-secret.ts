const SECRET_BYTES = 32;
const BYTES_MIN = 24;
const BYTES_MAX = 64;

/**
 * Makes a signing secret of 32 random bytes. Source: Standard Webhooks, "Signature scheme".
 *
 * @param fill fills the bytes with randomness, as `crypto.getRandomValues` does
 */
export function createSigningSecret(fill: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const bytes = new Uint8Array(SECRET_BYTES);
  fill(bytes);
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/** Whether a text is `whsec_` and the base64 of 24 to 64 bytes. */
export function isSigningSecret(text: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (encoded === undefined || encoded.length % 4 !== 0) return false;
  const { length } = atob(encoded);
  return length >= BYTES_MIN && length <= BYTES_MAX;
}
