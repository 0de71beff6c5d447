import {
  type AttemptResult,
  encodeTestPayload,
  type HeaderField,
  ProblemError,
  type TestResult,
  withContext,
} from '@tocsin/contract';
import { AttemptAborted, type WebhookSender } from '@tocsin/webhook';
import { v7 as uuidv7 } from 'uuid';
import type { TestLimit } from './test-limit.ts';

/** What a test is sent to: a saved destination with its secrets opened, or a draft. */
export interface TestTarget {
  url: string;
  headers: HeaderField[];
  /** Every secret that signs now, the newest first. */
  signingSecrets: string[];
  includeContext: boolean;
  timeoutMs: number;
}

/** Makes one POST under the guard and the deadline that deliveries have. */
export type TestSender = Pick<WebhookSender, 'send'>;

export interface TestAlertDeps {
  sender: TestSender;
  testLimit: TestLimit;
  publicUrl: string;
  now: () => Date;
}

/**
 * Sends the test alert once, and waits for what comes of it: a refusal by the egress policy and a failed POST are
 * results too. The attempt is not given up when the caller leaves: it may have arrived, so it belongs in the audit
 * log. Secrets that the receiver echoes were masked by the sender.
 *
 * @param keyId whose test it is, for its limit
 * @throws ProblemError `unavailable` where the process is shutting down, `rate_limited`
 */
export async function sendTestAlert(
  { sender, testLimit, publicUrl, now }: TestAlertDeps,
  { url, headers, signingSecrets, includeContext, timeoutMs }: TestTarget,
  keyId: string,
): Promise<TestResult> {
  const payload = encodeTestPayload(now(), publicUrl);
  const body = includeContext ? withContext(payload, null) : payload;
  const request = { url, headers, signingSecrets, timeoutMs, body, webhookId: uuidv7() };
  const result = await testLimit.run(keyId, () => sender.send(request).catch(refuseAborted));
  return {
    success: result.error === null,
    statusCode: result.statusCode,
    responseBody: result.responseBody,
    durationMs: result.durationMs,
    error: result.error,
  };
}

function refuseAborted(error: unknown): AttemptResult {
  if (!(error instanceof AttemptAborted)) throw error;
  throw new ProblemError('unavailable', {
    detail: 'The service is shutting down; the test was given up.',
    cause: error,
  });
}
