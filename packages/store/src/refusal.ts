import { isDatabaseUnavailable } from './failures.ts';

/** Problems with the items of a request. `internal` too: these items may cause it. */
const REFUSALS = new Set(['malformed_body', 'invalid_request', 'request_too_large', 'internal']);

/**
 * Classes of SQLSTATE that are about the data: cardinality, values, constraints, sizes beyond what Postgres can keep,
 * damage.
 */
const DATA_FAULT = /^(21|22|23|54|XX)/;

/**
 * Whether an error says that Postgres, or the service in front of it, refuses the data itself, so that sending it again
 * does not help. All other errors are temporary: the server or the network is unavailable, or the answer is not valid.
 *
 * @param error from the driver or our own code, or with the `code` of a service's problem document
 */
export function isRefusal(error: unknown): boolean {
  if (isDatabaseUnavailable(error)) return false;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? REFUSALS.has(code) || DATA_FAULT.test(code) : true;
}
