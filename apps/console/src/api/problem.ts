/** A fault at one field of a request, its path as the API writes it: `headers[2].name`. */
export interface FieldError {
  path: string;
  message: string;
}

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

/** Reads a problem document (RFC 9457); a proxy's own page, or no answer at all, becomes a problem too. */
export function problemOf(response: Pick<Response, 'status'> | null, body: unknown): ApiProblem {
  if (response === null) {
    return new ApiProblem({
      status: 0,
      code: 'unreachable',
      title: 'Tocsin cannot be reached',
      detail: 'There was no answer. Check the connection; the page goes on trying.',
    });
  }
  const document = (typeof body === 'object' && body !== null ? body : {}) as Partial<
    Record<string, unknown>
  >;
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  return new ApiProblem({
    status: response.status,
    code: text(document.code, 'unexpected_answer'),
    title: text(document.title, `The answer was ${response.status}`),
    detail: text(document.detail, 'What answered was not Tocsin’s API. Look at the proxy before it.'),
    errors: Array.isArray(document.errors) ? (document.errors as FieldError[]) : [],
  });
}

/** @returns what to tell a person about anything that was thrown */
export function messageOf(error: unknown): { title: string; detail: string } {
  if (error instanceof ApiProblem) return { title: error.title, detail: error.message };
  return { title: 'Something went wrong', detail: error instanceof Error ? error.message : String(error) };
}

/** Whether asking again may help: not for what the API refused on purpose. */
export function mayRetry(error: unknown): boolean {
  return !(error instanceof ApiProblem) || error.status === 0 || error.status === 429 || error.status >= 500;
}
