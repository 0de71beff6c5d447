import { randomBytes } from 'node:crypto';

/** Standard Webhooks wants 24 to 64 bytes. */
const SIGNING_SECRET_BYTES = 32;

/** @returns a fresh secret for `webhook-signature`: `whsec_` and the base64 of 32 random bytes. */
export function generateSigningSecret(): string {
  return `whsec_${randomBytes(SIGNING_SECRET_BYTES).toString('base64')}`;
}
