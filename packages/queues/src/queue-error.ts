/**
 * - `queue_unavailable`: the store cannot be reached, or refused the command
 * - `queue_timeout`: no answer in time; the command may still take effect
 * - `queue_full`: the store is out of memory
 * - `wrong_eviction_policy`: Redis would throw jobs away under memory pressure
 * - `cluster_mode`: Redis is a cluster, which is not supported
 * - `invalid_settings`, `unknown_shard`, `invalid_job`: the caller's mistake
 * - `closed`: used after (or ended by) `close()`
 */
export type QueueErrorCode =
  | 'queue_unavailable'
  | 'queue_timeout'
  | 'queue_full'
  | 'wrong_eviction_policy'
  | 'cluster_mode'
  | 'invalid_settings'
  | 'unknown_shard'
  | 'invalid_job'
  | 'closed';

/** The one error of this package. Its message never holds a URL, a credential or a job's data. */
export class QueueError extends Error {
  readonly code: QueueErrorCode;

  constructor(code: QueueErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'QueueError';
    this.code = code;
  }
}

/** Whether the store answers, but must not be used as it is. */
export function isUnfit(
  error: unknown,
): error is QueueError & { code: 'wrong_eviction_policy' | 'cluster_mode' } {
  return (
    error instanceof QueueError && (error.code === 'wrong_eviction_policy' || error.code === 'cluster_mode')
  );
}

/** Turns whatever the store's client threw into a {@link QueueError}. */
export function toQueueError(error: unknown, what: string): QueueError {
  if (error instanceof QueueError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('OOM ')) {
    return new QueueError('queue_full', `${what}: the queue store is out of memory`, { cause: error });
  }
  if (message === 'Command timed out') {
    return new QueueError('queue_timeout', `${what}: no answer from the queue store in time`, {
      cause: error,
    });
  }
  return new QueueError('queue_unavailable', `${what}: the queue store is not available`, { cause: error });
}

/**
 * Thrown where processing the same alert job again would fail again. The job ends as failed; its alerts are enqueued
 * again from Postgres, so that no such jobs pile up.
 */
export class UnrecoverableJobError extends Error {}
