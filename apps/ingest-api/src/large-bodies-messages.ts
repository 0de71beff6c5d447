import { type ProblemCode, type ProblemDetails, ProblemError } from '@tocsin/contract';
import { type RedactedError, redactError } from '@tocsin/service';
import type { AlertBody, TakenAlerts } from './take-alerts.ts';

/** What the thread for large bodies is started with. */
export interface ThreadOptions {
  databaseUrl: string;
  /** For a missing `link`; without a trailing slash. */
  publicUrl: string;
}

/** A body on its way to the thread. */
export interface Request extends Omit<AlertBody, 'bytes'> {
  id: number;
  /** Tocsin raised the alerts itself. */
  isOwn: boolean;
  /** Small bodies come besides, and are not to wait for this one. */
  isBeside: boolean;
  /** Transferred: the sender has them no longer. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** An error as another thread can get it: of an instance of a class nothing but its fields would arrive. */
type Refusal =
  | { kind: 'problem'; code: ProblemCode; details: ProblemDetails; cause: RedactedError | undefined }
  | { kind: 'failure'; cause: RedactedError };

/** `lookedAt`: how many bytes came out of gzip. */
export type ThreadAnswer = { id: number; lookedAt: number } & (
  | { kind: 'taken'; taken: TakenAlerts }
  | Refusal
);

export function toRefusal(error: unknown): Refusal {
  if (!(error instanceof ProblemError)) return { kind: 'failure', cause: redactError(error) };
  const { cause, ...details } = error.details;
  return {
    ...{ kind: 'problem', code: error.code, details },
    cause: cause === undefined ? undefined : redactError(cause),
  };
}

/** @returns what was thrown in the thread */
export function fromRefusal(refusal: Refusal): Error {
  const cause = refusal.cause && toError(refusal.cause);
  return refusal.kind === 'problem'
    ? new ProblemError(refusal.code, { ...refusal.details, cause })
    : new Error('A large body could not be taken', { cause });
}

function toError({ message, cause, stack = [], ...fields }: RedactedError): Error {
  const error = new Error(message, { cause: cause && toError(cause) });
  return Object.assign(error, fields, { stack: [message, ...stack].join('\n') });
}
