export type { CallArguments, CallInput } from './call-input.ts';
export {
  type Client,
  type ClientOptions,
  createClient,
  type PostAlertsOptions,
  type TextAnswer,
} from './client.ts';
export { ApiError, ConnectionError, type ConnectionErrorCode, InvalidCallError } from './errors.ts';
export { parseBaseUrl } from './request-url.ts';
export { type RetryNotice, type RetryOptions, withRetries } from './with-retries.ts';
