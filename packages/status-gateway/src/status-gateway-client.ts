import { problemSchema } from '@tocsin/contract';
import { z } from 'zod';
import { createInternalClient } from './internal-client.ts';
import {
  dispatchedDeliverySchema,
  type Outcome,
  type Plan,
  STATUS_GATEWAY_PATHS,
  type StatusGateway,
  verdictSchema,
} from './status-gateway.ts';

/**
 * Why the status service did not answer as it should: `unreachable`, `timeout`, `token_refused`, `bad_answer`, or the
 * code of the problem it answered with. What was sent may have been committed; it may be sent again without harm.
 */
export class StatusGatewayError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StatusGatewayError';
    this.code = code;
  }
}

export interface StatusGatewayClientOptions {
  /** Where the status service is, without a trailing slash. */
  statusUrl: string;
  serviceToken: string;
  /** A pino logger fits. */
  log: { debug(fields: object, message: string): void };
  /** For the whole exchange. */
  timeoutMs?: number;
}

const releasedSchema = z.array(dispatchedDeliverySchema);
const verdictsSchema = z.array(verdictSchema);

/** The status service of another process. */
export interface StatusGatewayClient extends StatusGateway {
  close(): void;
}

/**
 * The status service over HTTP, on kept-alive connections. It does not retry: the caller does, within its own limits.
 */
export function createStatusGatewayClient(options: StatusGatewayClientOptions): StatusGatewayClient {
  const { statusUrl, serviceToken, log, timeoutMs = 15_000 } = options;
  const client = createInternalClient({ baseUrl: statusUrl, serviceToken, timeoutMs });

  async function post<T>(path: string, items: readonly unknown[], schema: z.ZodType<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const parsed = schema.safeParse(await exchange(path, items));
      if (parsed.success) return parsed.data;
      throw new StatusGatewayError(
        'bad_answer',
        'The status service answered with another shape; are both services of the same version?',
      );
    } catch (error) {
      const failure = failureOf(error, timeoutMs);
      const durationMs = Math.round(performance.now() - startedAt);
      log.debug(
        { event: 'status_service.call_failed', path, items: items.length, durationMs, err: failure },
        'a call of the status service failed',
      );
      throw failure;
    }
  }

  async function exchange(path: string, items: readonly unknown[]): Promise<unknown> {
    const { status, isOk, text } = await client.post(path, items);
    if (isOk) return parse(text);
    throw refusalOf(status, parse(text));
  }

  return {
    commitPlans: (plans: Plan[]) => post(STATUS_GATEWAY_PATHS.plans, plans, releasedSchema),
    async commitOutcomes(outcomes: Outcome[]) {
      const verdicts = await post(STATUS_GATEWAY_PATHS.outcomes, outcomes, verdictsSchema);
      if (verdicts.length === outcomes.length) return verdicts;
      throw new StatusGatewayError(
        'bad_answer',
        `The status service gave ${verdicts.length} verdicts for ${outcomes.length} outcomes`,
      );
    },
    close: client.close,
  };
}

/** The statuses that a proxy answers with for a service that it cannot reach. */
const GATEWAY_FAULTS = new Set([502, 503, 504]);

const UNAVAILABLE_CODES = new Set(['unreachable', 'timeout', 'unavailable', 'outcome_unknown']);

/**
 * The outage of the status service: which errors belong to it, and how it is probed. If the service answers that its
 * database is unavailable, that is no outage of the service.
 */
export function aboutStatusService(gateway: Pick<StatusGateway, 'commitPlans'>) {
  return {
    name: 'the status service',
    event: 'status_service',
    isIts: (error: unknown): boolean =>
      error instanceof StatusGatewayError && UNAVAILABLE_CODES.has(error.code),
    ask: () =>
      gateway.commitPlans([]).catch((error: unknown) => {
        const { code } = error as { code?: string };
        if (code === 'unreachable' || code === 'timeout') throw error;
      }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalOf(status: number, body: unknown): StatusGatewayError {
  if (status === 401) {
    return new StatusGatewayError(
      'token_refused',
      'The status service refused the service token: TOCSIN_SERVICE_TOKEN must be the same in every service',
    );
  }
  const problem = problemSchema.safeParse(body).data;
  if (problem === undefined && GATEWAY_FAULTS.has(status))
    return new StatusGatewayError('unreachable', `The way to the status service answered ${status}`);
  // A proxy on the way has a limit of its own, and says so in its own form.
  if (problem === undefined && status === 413)
    return new StatusGatewayError('request_too_large', 'The status service answered 413');
  if (problem === undefined)
    return new StatusGatewayError('bad_answer', `The status service answered ${status}`);
  return new StatusGatewayError(problem.code, `The status service answered ${status}: ${problem.detail}`);
}

function failureOf(error: unknown, timeoutMs: number): StatusGatewayError {
  if (error instanceof StatusGatewayError) return error;
  if ((error as { name?: unknown } | null)?.name === 'TimeoutError') {
    return new StatusGatewayError('timeout', `The status service did not answer within ${timeoutMs} ms`);
  }
  return new StatusGatewayError('unreachable', 'The status service could not be reached', error);
}
