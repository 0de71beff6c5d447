import { ProblemError } from '@tocsin/contract';

const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '25006', // read-only: a standby after failover
  '53100', // disk full
  '53200', // out of memory
  '53300', // too many connections
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // starting up or shutting down
  '57P05', // idle session timeout
  '57014', // statement timeout
]);

const AWAY_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error',
  'Cannot use a pool after calling end',
];

/** Whether an error says that the database is away or out of reach, so that trying again later may help. */
export function isDatabaseAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message = '', errors } = error as { code?: string; message?: string; errors?: unknown };
  if (code !== undefined && (AWAY_CODES.has(code) || code.startsWith('08'))) return true;
  // A host with several addresses: one error for each.
  if (Array.isArray(errors) && errors.some(isDatabaseAway)) return true;
  return AWAY_MESSAGES.some((part) => message.includes(part));
}

/** Deadlock or serialization failure: the same transaction may be run again at once. */
export function isTransientConflict(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '40P01' || code === '40001';
}

/** What an HTTP caller is told while the database is away; null for any other error. */
export function databaseProblem(error: unknown): ProblemError | null {
  if (!isDatabaseAway(error)) return null;
  return new ProblemError('unavailable', {
    retryAfterSeconds: 2,
    cause: error,
    internal: 'the database is away',
  });
}
