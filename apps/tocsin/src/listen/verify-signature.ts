import { decodeSigningSecret } from '@tocsin/contract';
import { Webhook } from 'standardwebhooks';
import { UsageError } from '../usage-error.ts';

export type SignatureCheck =
  /** No secret to check with. */
  { kind: 'unchecked' } | { kind: 'valid' } | { kind: 'invalid'; reason: string };

export type SignatureVerifier = (body: Buffer, headers: Record<string, string>) => SignatureCheck;

/**
 * Checks signatures by Standard Webhooks, with its library's tolerance of five minutes.
 *
 * @param secrets `whsec_…`, any of which may have signed; with none, nothing is checked
 * @throws UsageError for a malformed secret: the library itself accepts a single byte
 */
export function createSignatureVerifier(secrets: readonly string[]): SignatureVerifier {
  for (const secret of secrets) {
    if (decodeSigningSecret(secret) === null) {
      throw new UsageError('A signing secret must be "whsec_" and the base64 of 24 to 64 bytes.');
    }
  }
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return (body, headers) => {
    let reason = '';
    for (const webhook of webhooks) {
      try {
        webhook.verify(body, headers, { jsonParse: false });
        return { kind: 'valid' };
      } catch (error) {
        reason = (error as Error).message;
      }
    }
    return webhooks.length === 0 ? { kind: 'unchecked' } : { kind: 'invalid', reason };
  };
}
