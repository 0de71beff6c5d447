import { isDatabaseUnavailable } from './failures.ts';

/** Problems with the items of a request. `internal` may be one too: a fault that these very items cause. */
const REFUSALS = new Set(['malformed_body', 'invalid_request', 'request_too_large', 'internal']);

/**
 * Classes of SQLSTATE that are about the data: cardinality, values, constraints, sizes beyond what Postgres can keep,
 * damage.
 */
const DATA_FAULT = /^(21|22|23|54|XX)/;

/**
 * Whether an error says that Postgres, or the service in front of it, refuses the very data it was given, so that
 * sending the same again does not help. Everything else is about the moment: it or the way there is unavailable, or its
 * answer makes no sense.
 *
 * @param error of the driver, of our own, or one whose `code` is that of the problem that a service answered with
 */
export function isRefusal(error: unknown): boolean {
  if (isDatabaseUnavailable(error)) return false;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? REFUSALS.has(code) || DATA_FAULT.test(code) : true;
}
