import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type Client, type RetryNotice, withRetries } from '@tocsin/client';
import { type BulkResend, createResend, getResend, type RequestOf } from '@tocsin/contract';
import type { Interruption } from '../context.ts';

const POLL_EVERY_MS = 500;
/** How long a server that is restarted is waited for. */
const RETRY_FOR_MS = 120_000;

export interface FollowDeps {
  client: Client;
  interruption: Interruption;
  onProgress(resend: BulkResend): void;
  onWait(notice: RetryNotice): void;
}

/** How the looking on ended. Only `ended` is the end of the resend: interrupted or out of sight, it goes on. */
export type FollowEnd =
  | { kind: 'ended'; resend: BulkResend }
  /** `resend` is as it was seen last; null where it was not seen, and may not have begun. */
  | { kind: 'interrupted'; resend: BulkResend | null }
  | { kind: 'lost'; resend: BulkResend | null; error: unknown };

type Ask = RequestOf<typeof createResend>['body'] & { id: string };

/**
 * Asks for a bulk resend and looks on until it has ended. Its id makes asking again harmless, so that a busy or
 * restarting server is waited for.
 *
 * @throws ApiError where it is refused
 */
export async function followResend(ask: Ask, deps: FollowDeps): Promise<FollowEnd> {
  const { client, interruption, onProgress, onWait } = deps;
  const { stop, abort } = interruption;
  // The first Ctrl-C ends the pauses, the second a request that hangs.
  const retry = { retryForMs: RETRY_FOR_MS, repeatUnknown: true, onWait, signal: stop };
  let resend: BulkResend | null = null;
  let hasBegun = false;
  try {
    const asked = await withRetries(() => client.call(createResend, { body: ask, signal: abort }), retry);
    hasBegun = true;
    const id = asked.id ?? ask.id;
    for (;;) {
      resend = await withRetries(() => client.call(getResend, { params: { id }, signal: abort }), retry);
      onProgress(resend);
      if (resend.state !== 'running') return { kind: 'ended', resend };
      await delay(POLL_EVERY_MS, undefined, { signal: stop });
    }
  } catch (error) {
    if (stop.aborted) return { kind: 'interrupted', resend };
    if (!hasBegun && error instanceof ApiError && error.status < 500) throw error;
    return { kind: 'lost', resend, error };
  }
}
