import { StatusGatewayError } from '@tocsin/runtime';
import { isDatabaseAway } from '@tocsin/store';

/** Problems with what was handed over. `internal` may be that too: a fault that these very outcomes bring to light. */
const REFUSALS = new Set(['malformed_body', 'invalid_request', 'request_too_large', 'internal']);

/** Classes of SQLSTATE that are about the data: values, constraints. */
const DATA_FAULT = /^(22|23)/;

/**
 * Whether the status service looked at outcomes and will not have them, so that handing over the same again does not
 * help. Everything else is about the moment: it, its database or the way there is away, or its answer makes no sense.
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof StatusGatewayError) return REFUSALS.has(error.code);
  // Called directly, in one process.
  if (isDatabaseAway(error)) return false;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? DATA_FAULT.test(code) : true;
}
