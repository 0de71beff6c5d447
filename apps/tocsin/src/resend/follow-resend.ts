import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type Client, type RetryNotice, withRetries } from '@tocsin/client';
import { type BulkResendProgress, createResend, getResend, type RequestOf } from '@tocsin/contract';
import type { Interruption } from '../context.ts';

const POLL_EVERY_MS = 500;
/** Polls after its end, to wait for the outcomes of its deliveries: 10 s, or less if all are known. */
const LOOKS_AFTER_END = 20;
/** How long to wait for a restarting server. */
const RETRY_FOR_MS = 120_000;

export interface FollowDeps {
  client: Client;
  interruption: Interruption;
  onProgress(resend: BulkResendProgress): void;
  onWait(notice: RetryNotice): void;
}

/** How following ended. Only `ended` is the end of the resend; after the others it goes on. */
export type FollowEnd =
  | { kind: 'ended'; resend: BulkResendProgress }
  /** `resend` is its last known state; null if none is known: it may not have begun. */
  | { kind: 'interrupted'; resend: BulkResendProgress | null }
  | { kind: 'lost'; resend: BulkResendProgress | null; error: unknown };

type Ask = RequestOf<typeof createResend>['body'] & { id: string };

/**
 * Requests a bulk resend and follows it until it has ended, then up to 10 s for the outcomes of its deliveries. Its id
 * makes a repeated request harmless, so requests to a busy or restarting server are repeated.
 *
 * @throws ApiError where it is refused
 */
export async function followResend(ask: Ask, deps: FollowDeps): Promise<FollowEnd> {
  const { client, interruption, onProgress, onWait } = deps;
  const { stop, abort } = interruption;
  // The first Ctrl-C ends the pauses, the second a request that hangs.
  const retry = { retryForMs: RETRY_FOR_MS, repeatUnknown: true, onWait, signal: stop };
  let resend: BulkResendProgress | null = null;
  let hasBegun = false;
  let looksLeft = LOOKS_AFTER_END;
  try {
    const asked = await withRetries(() => client.call(createResend, { body: ask, signal: abort }), retry);
    hasBegun = true;
    const id = asked.id ?? ask.id;
    for (;;) {
      resend = await withRetries(() => client.call(getResend, { params: { id }, signal: abort }), retry);
      onProgress(resend);
      if (resend.state !== 'running') {
        looksLeft -= 1;
        if (resend.outcome.open === 0 || looksLeft === 0) return { kind: 'ended', resend };
      }
      await delay(POLL_EVERY_MS, undefined, { signal: stop });
    }
  } catch (error) {
    // An ended resend stays ended, even if the last poll failed.
    if (resend !== null && resend.state !== 'running') return { kind: 'ended', resend };
    if (stop.aborted) return { kind: 'interrupted', resend };
    if (!hasBegun && error instanceof ApiError && error.status < 500) throw error;
    return { kind: 'lost', resend, error };
  }
}
