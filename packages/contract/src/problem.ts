import { z } from 'zod';
import { FAULTS_MAX } from './bounded-list.ts';
import { documented } from './documented.ts';

interface ProblemKind {
  status: number;
  title: string;
  /** What the caller should understand and do; printed in `docs/errors.md`. */
  help: string;
}

/** Every error code that the HTTP API answers with. `docs/errors.md` is tested against this table, both ways. */
export const PROBLEMS = {
  malformed_body: {
    status: 400,
    title: 'The body could not be read',
    help: 'The body is not valid UTF-8 or not valid JSON, or its encoding is broken.',
  },
  malformed_request: {
    status: 400,
    title: 'The request is no HTTP',
    help: 'The request could not be read as HTTP/1.1. The connection is closed.',
  },
  invalid_alert: {
    status: 400,
    title: 'The alert is invalid',
    help: 'Nothing was stored. `errors` names each field and what is wrong with it.',
  },
  invalid_request: {
    status: 400,
    title: 'The request is invalid',
    help: '`errors` names each field, parameter or query value and what is wrong with it.',
  },
  reserved_id: {
    status: 400,
    title: 'The alert id is reserved',
    help: 'Ids that begin with `tocsin.` are those of alerts that Tocsin itself raises. Choose another.',
  },
  unauthorized: {
    status: 401,
    title: 'Authentication is required',
    help: 'Send `Authorization: Bearer <key>` with a key that exists and was not revoked.',
  },
  forbidden: {
    status: 403,
    title: 'The key may not do this',
    help: 'The key is valid but lacks the scope that `detail` names.',
  },
  csrf_token_required: {
    status: 403,
    title: 'The request lacks its CSRF token',
    help: 'A session’s request that changes something carries `x-csrf-token`, as `GET /v1/session` gives it.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    help: 'No such path, or no such alert, delivery, destination, bulk resend or key.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    help: 'The path exists, but not with this method; `Allow` lists those it has.',
  },
  precondition_failed: {
    status: 412,
    title: 'The precondition does not hold',
    help: 'The destination is not what `If-Match` or `If-None-Match` says: it was changed meanwhile, or is or is not there. Read it again, and send the change with its new `ETag`.',
  },
  display_name_taken: {
    status: 409,
    title: 'The display name is taken',
    help: 'Another destination has this display name. Choose another.',
  },
  id_taken: {
    status: 409,
    title: 'The id is taken',
    help: 'A destination with this id exists, or existed and was deleted. `PUT` replaces the one and revives the other.',
  },
  last_admin_key: {
    status: 409,
    title: 'The last admin key',
    help: 'It is the only key left that may administer Tocsin. Make another admin key first, then revoke this one.',
  },
  delivery_in_progress: {
    status: 409,
    title: 'The delivery is under way',
    help: 'An attempt of it is due or under way. One that has ended can be resent, and one that waits for its retry is made due by a resend.',
  },
  destination_unavailable: {
    status: 409,
    title: 'The destination is unavailable',
    help: 'The destination is disabled or deleted, so nothing can be sent to it.',
  },
  limit_reached: {
    status: 409,
    title: 'A limit is reached',
    help: 'There are as many destinations as Tocsin allows, or together they are as large as it allows. Delete one, or make one smaller, first.',
  },
  request_timeout: {
    status: 408,
    title: 'The request was too slow',
    help: 'The request did not arrive in time: its headers within 10 s, its body within 60 s and, after 5 s, at no less than 8 KiB/s.',
  },
  alert_too_large: {
    status: 413,
    title: 'The alert is too large',
    help: 'One alert may have at most 256 KiB. Nothing of it was stored.',
  },
  request_too_large: {
    status: 413,
    title: 'The request is too large',
    help: 'After decompression a request may have at most 10 MiB where it brings alerts in, 512 KiB for `POST /v1/route`, and 64 KiB everywhere else; compressed at most 100 : 1. Split the batch.',
  },
  too_many_alerts: {
    status: 413,
    title: 'Too many alerts in one request',
    help: 'A request may carry at most 1,000 alerts. Split the batch.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    help: 'Send `application/json`, or for ingest also `application/x-ndjson`.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    help: 'More requests, wrong keys, test alerts, or bodies that had to be refused than may come in the time.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    help: 'The request line and the headers may have at most 16 KiB together.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    help: 'A fault in Tocsin; the log has it under the request’s id.',
  },
  unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    help: 'The database is unavailable. Nothing was accepted or changed.',
  },
  overloaded: {
    status: 503,
    title: 'Overloaded',
    help: 'More is arriving, in all or from this key, than there is room for. Nothing was accepted.',
  },
  outcome_unknown: {
    status: 503,
    title: 'The outcome is unknown',
    help: 'The connection to the database broke, or the database fell silent, during the commit, so the change may have been made or not. Send alerts again with the same `alertId`s: what was stored is answered as a duplicate. Look before you repeat anything else.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

export const fieldErrorSchema = z.object({
  path: documented(z.string(), 'The place, written as `headers[2].name`; empty for the whole.', 'severity'),
  message: documented(z.string(), 'What is wrong with it.', 'is required'),
});
/** A fault at one place of a body, path or query, the place written as `headers[2].name`. */
export type FieldError = z.infer<typeof fieldErrorSchema>;

/** RFC 9457 problem document, with a stable `code`. */
export const problemSchema = z
  .object({
    type: documented(z.string(), 'The code as a URN.', 'urn:tocsin:problem:not_found'),
    title: documented(z.string(), 'What kind of problem it is, in words.', 'Not found'),
    status: documented(z.int(), 'The answer’s status.', 404),
    detail: documented(z.string(), 'What is wrong with this request.', 'There is no such alert.'),
    code: documented(
      z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
      'A stable code, as docs/errors.md lists them.',
      'not_found',
    ),
    errors: documented(
      z.array(fieldErrorSchema).optional(),
      'Each place that is at fault, the first 20; `detail` says where there may be more.',
    ),
  })
  .meta({ id: 'Problem', description: 'What is wrong with a request (RFC 9457).' });
export type ProblemDocument = z.infer<typeof problemSchema>;

export interface ProblemDetails {
  /** For the caller: never a secret, never a stack trace. `Retry-After` says how long to wait. */
  detail?: string;
  errors?: FieldError[];
  retryAfterSeconds?: number;
  /** For the log alone. */
  internal?: string;
  cause?: unknown;
}

/** The one error that services throw on purpose; the HTTP layer turns it into a problem document. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** Its arguments, from which another thread rebuilds it. */
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(details.internal ?? details.detail ?? PROBLEMS[code].title, { cause: details.cause });
    this.name = 'ProblemError';
    this.code = code;
    this.details = details;
    this.status = PROBLEMS[code].status;
    this.errors = details.errors?.length === 0 ? undefined : details.errors;
    this.detail = withCutWords(details.detail ?? PROBLEMS[code].help, details.errors);
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** The search for faults ends at the twentieth: whether there are more is not known then. */
function withCutWords(detail: string, errors: readonly FieldError[] = []): string {
  if (errors.length < FAULTS_MAX) return detail;
  const sentence = detail.endsWith('.') ? detail : `${detail}.`;
  return `${sentence} Only the first ${FAULTS_MAX} faults are listed; there may be more.`;
}

/** @returns the document for an error, fit to be sent. */
export function problemDocument(error: ProblemError): ProblemDocument {
  return {
    type: `urn:tocsin:problem:${error.code}`,
    title: PROBLEMS[error.code].title,
    status: error.status,
    detail: error.detail,
    code: error.code,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}

/** Writes a zod issue's path as `headers[2].name`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`,
    '',
  );
}

/** @returns the faults that `checkValue` found as field errors, at most 20. */
export function fieldErrorsOf(error: z.ZodError, prefix: PropertyKey[] = []): FieldError[] {
  return error.issues
    .flatMap(alternativeMeant)
    .slice(0, FAULTS_MAX)
    .map(({ path, message }) => ({ path: formatPath([...prefix, ...path]), message }));
}

/** Of a value's alternatives, the one that was meant: only something inside it is at fault. */
function alternativeMeant(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'path' | 'message'>[] {
  const meant =
    issue.code === 'invalid_union'
      ? issue.errors.find((faults) => faults.length > 0 && faults.every(({ path }) => path.length > 0))
      : undefined;
  return meant?.map(({ path, message }) => ({ path: [...issue.path, ...path], message })) ?? [issue];
}
