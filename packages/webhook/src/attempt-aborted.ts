/**
 * The attempt was given up by its caller (a lost lock, a shutdown), so that it says nothing about the receiver and
 * is not to be recorded as its failure. The request may have reached the receiver. `cause` is the signal's reason.
 */
export class AttemptAborted extends Error {
  override readonly name = 'AttemptAborted';
  readonly code = 'attempt_aborted';

  constructor(cause?: unknown) {
    super('the attempt was given up before its outcome was known', { cause });
  }
}
