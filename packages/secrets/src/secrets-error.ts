/**
 * What can be wrong with a secret:
 * - `invalid_keys`: the list of keys is malformed
 * - `unknown_key`: sealed with a key that is not in the list
 * - `unsealable`: not a sealed text, altered, or sealed for another context
 */
export type SecretsErrorCode = 'invalid_keys' | 'unknown_key' | 'unsealable';

/** The one error of this package. Its message names the fault and the key's id, never a key or a secret. */
export class SecretsError extends Error {
  readonly code: SecretsErrorCode;

  constructor(code: SecretsErrorCode, message: string) {
    super(message);
    this.name = 'SecretsError';
    this.code = code;
  }
}
