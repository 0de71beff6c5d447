import { ProblemError } from '@tocsin/contract';
import { UnavailableError } from '@tocsin/outage';

const STATEMENT_TIMEOUT = '57014';

const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '25006', // read-only: a standby after failover
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // starting up or shutting down
  '57P05', // idle session timeout
  STATEMENT_TIMEOUT,
]);

/**
 * Classes of SQLSTATE: broken connections; insufficient resources, such as a full disk; system errors, such as a disk
 * fault.
 */
const UNAVAILABLE_CLASSES = ['08', '53', '58'];

const UNAVAILABLE_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error',
  'Cannot use a pool after calling end',
];

/** A COMMIT was sent and not answered: everything was stored, or nothing. */
export class OutcomeUnknownError extends Error {
  readonly code = 'outcome_unknown';

  constructor(cause: unknown) {
    super('The connection to the database broke during the commit', { cause });
    this.name = 'OutcomeUnknownError';
  }
}

/** Whether an error says that the database is unavailable or out of reach, so that trying again later may help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if (error instanceof OutcomeUnknownError) return true;
  const { code, message = '', errors } = error as { code?: string; message?: string; errors?: unknown };
  if (
    code !== undefined &&
    (UNAVAILABLE_CODES.has(code) || UNAVAILABLE_CLASSES.some((start) => code.startsWith(start)))
  )
    return true;
  // A host with several addresses: one error for each.
  if (Array.isArray(errors) && errors.some(isDatabaseUnavailable)) return true;
  return UNAVAILABLE_MESSAGES.some((part) => message.includes(part));
}

/** Deadlock or serialization failure: the same transaction may be run again at once. */
export function isTransientConflict(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '40P01' || code === '40001';
}

/** @returns the error to throw for a failed COMMIT: unless Postgres clearly refused it, the outcome is unknown */
export function commitFailure(error: unknown): unknown {
  return isDatabaseUnavailable(error) ? new OutcomeUnknownError(error) : error;
}

/** The HTTP answer while the database is unavailable; null for any other error. */
export function databaseProblem(error: unknown): ProblemError | null {
  if (!isDatabaseUnavailable(error) && !(error instanceof UnavailableError)) return null;
  if ((error as { code?: string }).code === STATEMENT_TIMEOUT) {
    return new ProblemError('unavailable', {
      detail:
        'The database took longer than it may. Where it was searched, search for less: more or longer words, fewer filters at once, a shorter time range.',
      retryAfterSeconds: 2,
      cause: error,
      internal: 'a statement timed out',
    });
  }
  return new ProblemError(error instanceof OutcomeUnknownError ? 'outcome_unknown' : 'unavailable', {
    retryAfterSeconds: 2,
    cause: error,
    internal: 'the database is unavailable',
  });
}
