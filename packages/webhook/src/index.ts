export { AttemptAborted } from './attempt-aborted.ts';
export { classifyError } from './classify-error.ts';
export { checkHeaders, type HeaderInput, headerFault } from './header-rules.ts';
export { parseRetryAfterMs } from './retry-after.ts';
export {
  createWebhookSender,
  type WebhookRequest,
  type WebhookSender,
  type WebhookSenderOptions,
} from './sender.ts';
export { activeSecrets, type SignedContent, type SigningSecrets, signatures } from './signing.ts';
