export {
  type GeneratedApiKey,
  generateApiKey,
  hashApiSecret,
  matchesHash,
  parseApiKey,
} from './api-key.ts';
export { createSealer, type Sealer } from './sealer.ts';
export { generateSecretKeys, parseSecretKeys, type SecretKeys } from './secret-keys.ts';
export { SecretsError, type SecretsErrorCode } from './secrets-error.ts';
export {
  csrfTokenOf,
  generateSessionToken,
  hashSessionToken,
  isSessionToken,
  matchesCsrfToken,
} from './session-token.ts';
export { generateSigningSecret } from './signing-secret.ts';
