import { problemSchema } from '@tocsin/contract';
import { ApiError } from './errors.ts';

/** The answers of nginx, Go and Apache to plain HTTP on a port for TLS. */
const SAYS_HTTPS =
  /HTTP request (?:was sent )?to an? (?:HTTPS|SSL)|HTTP request was sent to HTTPS|plain HTTP to an SSL/i;
const EXCERPT_CHARACTERS_MAX = 200;
/** Codes stay readable for a client that is older than its server: only the shape is required. */
const lenientProblemSchema = problemSchema.pick({ status: true, detail: true, errors: true });

/**
 * Reads a `Retry-After` header, in either of its forms.
 *
 * @param now milliseconds since the epoch, for the form that is a date
 * @returns seconds, not negative; undefined where the header is absent or unreadable. Source: RFC 9110, 10.2.3.
 */
export function parseRetryAfterSeconds(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf(document: unknown): string | undefined {
  const code = (document as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > EXCERPT_CHARACTERS_MAX ? `${line.slice(0, EXCERPT_CHARACTERS_MAX)}…` : line;
}

function prefixAdvice(prefix: string): string {
  return prefix === '' ? '' : ` The server address has a path, ${prefix}: is that right?`;
}

/**
 * Turns an answer that is not a success into an error: a problem document (RFC 9457) field by field, anything else as
 * `unexpected_answer` with its beginning.
 *
 * @param prefix the path of the server's address, which is a frequent cause of 404; empty where it has none
 */
export function readProblem(response: Response, body: string, now: number, prefix = ''): ApiError {
  const retryAfterSeconds = parseRetryAfterSeconds(response.headers.get('retry-after'), now);
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const document = parseJson(body);
  const problem = lenientProblemSchema.safeParse(document);
  const code = codeOf(document);
  if (problem.success && code !== undefined) {
    const { errors } = problem.data;
    const detail = `${problem.data.detail}${response.status === 404 ? prefixAdvice(prefix) : ''}`;
    return new ApiError({ status: response.status, code, detail, errors, retryAfterSeconds, requestId });
  }
  const location = response.headers.get('location');
  const said = location !== null ? `a redirect to ${location}` : excerpt(body) || 'no text';
  const advice = SAYS_HTTPS.test(body) ? ' It speaks TLS: begin its address with https://.' : '';
  return new ApiError({
    status: response.status,
    code: 'unexpected_answer',
    detail: `The server answered ${response.status} with ${said}.${advice}`,
    retryAfterSeconds,
    requestId,
  });
}
