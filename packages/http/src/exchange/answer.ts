import type { ServerResponse } from 'node:http';
import { PROBLEMS, ProblemError, problemDocument } from '@tocsin/contract';
import { encodeJson } from '@tocsin/json';

/** Answers with JSON, or without a body where there is nothing to say. Answers are never cached: some hold a secret. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  mediaType = 'application/json',
): void {
  const bytes = body === undefined ? undefined : serializeJson(body);
  response.statusCode = status;
  setBodyHeaders(response, bytes === undefined ? undefined : mediaType);
  if (bytes !== undefined) response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

export function serializeJson(body: unknown): Buffer {
  return Buffer.from(encodeJson(body), 'utf8');
}

export function setBodyHeaders(response: ServerResponse, mediaType: string | undefined): void {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if (mediaType !== undefined) response.setHeader('content-type', mediaType);
}

const RETRY_AFTER_SECONDS = 1;

/**
 * Answers with a problem document (RFC 9457) and the headers that belong to its status.
 *
 * @param page the same as a page (HTML), for a person; null for the document
 */
export function sendProblem(
  response: ServerResponse,
  problem: ProblemError,
  page: string | null = null,
): void {
  // The next request would wait behind the rest of the body.
  if (!response.req.complete) response.setHeader('connection', 'close');
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (problem.status === 429 || problem.status === 503) {
    response.setHeader(
      'retry-after',
      Math.max(1, Math.ceil(problem.retryAfterSeconds ?? RETRY_AFTER_SECONDS)),
    );
  }
  if (page === null) {
    sendJson(response, problem.status, problemDocument(problem), 'application/problem+json');
    return;
  }
  response.statusCode = problem.status;
  setBodyHeaders(response, 'text/html; charset=utf-8');
  response.end(page);
}

/** Statuses that Express and its middleware give to an error, and the problem that says the same. */
const BY_STATUS: Readonly<Record<number, keyof typeof PROBLEMS>> = {
  400: 'invalid_request',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'request_too_large',
  415: 'unsupported_media_type',
};

/**
 * @param mapError the service's own translation
 * @returns the problem to answer with; `internal`, with the error as its cause, for what nobody expected
 */
export function toProblemError(
  error: unknown,
  mapError: (error: unknown) => ProblemError | null,
): ProblemError {
  if (error instanceof ProblemError) return error;
  const mapped = mapError(error);
  if (mapped !== null) return mapped;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (error instanceof URIError && status === 400) {
    return new ProblemError('invalid_request', {
      detail: 'The path holds an escape that cannot be decoded.',
    });
  }
  const code = BY_STATUS[status];
  if (code !== undefined) return new ProblemError(code, { detail: PROBLEMS[code].help, cause: error });
  return new ProblemError('internal', { internal: 'An unexpected error', cause: error });
}
