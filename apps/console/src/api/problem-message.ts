/** A fault at one field of a request, its path as the API writes it: `headers[2].name`. */
export interface FieldError {
  path: string;
  message: string;
}

/** Nobody waits longer than this: a longer `Retry-After` is not shown. */
const WAIT_SECONDS_MAX = 86_400;

/** What the API answered instead of a success; `status` 0 where it could not be reached. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly errors: FieldError[];

  constructor(fields: {
    status: number;
    code: string;
    title: string;
    detail: string;
    errors?: FieldError[];
  }) {
    super(fields.detail);
    this.name = 'ApiProblem';
    this.status = fields.status;
    this.code = fields.code;
    this.title = fields.title;
    this.errors = fields.errors ?? [];
  }
}

/**
 * Reads a problem document (RFC 9457); a proxy's own page, or no answer at all, becomes a problem too. If the answer
 * says how long to wait, the problem's text says so.
 */
export function toApiProblem(
  response: Pick<Response, 'status' | 'headers'> | null,
  body: unknown,
  nowMs: number = Date.now(),
): ApiProblem {
  if (response === null) {
    return new ApiProblem({
      status: 0,
      code: 'unreachable',
      title: 'Tocsin cannot be reached',
      detail: 'There was no answer. Check the connection; the page keeps trying.',
    });
  }
  const document = (typeof body === 'object' && body !== null ? body : {}) as Partial<
    Record<string, unknown>
  >;
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  return new ApiProblem({
    status: response.status,
    code: text(document.code, 'unexpected_answer'),
    title: text(document.title, `The server answered with status ${response.status}`),
    detail: withWait(
      text(document.detail, 'The answer does not come from Tocsin’s API. Check the proxy in front of it.'),
      response.headers.get('retry-after'),
      nowMs,
    ),
    errors: Array.isArray(document.errors) ? (document.errors as FieldError[]) : [],
  });
}

/** @param retryAfter the header, in either form (RFC 9110 section 10.2.3); null where there was none */
function withWait(detail: string, retryAfter: string | null, nowMs: number): string {
  const seconds = retryAfter === null ? Number.NaN : secondsOf(retryAfter, nowMs);
  const isSaid = seconds >= 0 && seconds <= WAIT_SECONDS_MAX;
  return isSaid ? `${detail} Try again in ${waitText(seconds)}.` : detail;
}

function secondsOf(retryAfter: string, nowMs: number): number {
  return /^\d+$/.test(retryAfter) ? Number(retryAfter) : Math.ceil((Date.parse(retryAfter) - nowMs) / 1_000);
}

/** Rounded up: never shorter than the server said. */
function waitText(seconds: number): string {
  if (seconds < 120) return `${Math.max(1, seconds)} s`;
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`;
}

/** @returns the text to show for anything that was thrown, with each fault of the request */
export function describeError(error: unknown): {
  title: string;
  detail: string;
  faults: readonly FieldError[];
} {
  if (error instanceof ApiProblem) return { title: error.title, detail: error.message, faults: error.errors };
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'Something went wrong', detail, faults: [] };
}

/** @returns the same for where there is room for one text: `The body is invalid. scopes is required.` */
export function summaryOf(error: unknown): { title: string; message: string } {
  const { title, detail, faults } = describeError(error);
  return { title, message: [detail, ...faults.map(({ path, message }) => `${path} ${message}.`)].join(' ') };
}

/**
 * @param field a field's name; faults inside it (`scopes[0]`, `retry.factor`) are its own
 * @returns the API's fault for that field, as a sentence; null if there is none
 */
export function faultOf(error: unknown, field: string): string | null {
  if (!(error instanceof ApiProblem)) return null;
  const fault = error.errors.find(
    ({ path }) => path === field || (/^[.[]/.test(path.slice(field.length)) && path.startsWith(field)),
  );
  return fault === undefined ? null : sentence(fault.message);
}

/** `must be a UUID` → `Must be a UUID.` */
export function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
}

/** Whether asking again may help: not for what the API refused on purpose. */
export function mayRetry(error: unknown): boolean {
  return !(error instanceof ApiProblem) || error.status === 0 || error.status === 429 || error.status >= 500;
}
