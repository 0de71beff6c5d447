import type { FieldError } from '@tocsin/contract';

interface ApiErrorFields {
  status: number;
  code: string;
  detail: string;
  errors?: readonly FieldError[] | undefined;
  retryAfterSeconds?: number | undefined;
  requestId?: string | undefined;
}

/** An argument of which no request can be made: an address, a key, a path parameter. */
export class InvalidCallError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidCallError';
  }
}

/** The server answered with an error. */
export class ApiError extends Error {
  readonly status: number;
  /** A code of `PROBLEMS`, or `unexpected_answer` where the answer was no problem document (a proxy's page, say). */
  readonly code: string;
  readonly detail: string;
  /** Which fields of the request were wrong, and how. */
  readonly errors: readonly FieldError[];
  /** How long the server asks to wait, from `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  /** The server's id of the request, found in its log. */
  readonly requestId: string | undefined;

  constructor(fields: ApiErrorFields) {
    super(fields.detail);
    this.name = 'ApiError';
    this.status = fields.status;
    this.code = fields.code;
    this.detail = fields.detail;
    this.errors = fields.errors ?? [];
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.requestId = fields.requestId;
  }
}

export type ConnectionErrorCode =
  | 'connection_refused'
  | 'connection_reset'
  | 'dns'
  | 'timeout'
  | 'tls'
  | 'unreachable'
  | 'unexpected_answer';

/**
 * No usable answer came: nothing listens, the name is unknown, the connection broke, or the answer was not Tocsin's.
 */
export class ConnectionError extends Error {
  readonly code: ConnectionErrorCode;

  constructor(code: ConnectionErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ConnectionError';
    this.code = code;
  }
}
