import type { Endpoint } from './endpoint.ts';
import { exampleOf } from './openapi-example.ts';
import type { Json, SchemaWriter } from './openapi-schemas.ts';
import { PROBLEMS, type ProblemCode, ProblemError, problemDocument, problemSchema } from './problem.ts';

/** Problems that any endpoint may answer with; `invalid_request` for a query parameter that it does not know. */
const COMMON_PROBLEMS: readonly ProblemCode[] = [
  'invalid_request',
  'unauthorized',
  'rate_limited',
  'headers_too_large',
  'internal',
  'unavailable',
];

/** Problems of any endpoint that reads a body; `overloaded` where there is no room. */
const BODY_PROBLEMS: readonly ProblemCode[] = [
  'malformed_body',
  'request_too_large',
  'request_timeout',
  'unsupported_media_type',
  'overloaded',
];

const header = (description: string, example: string | number) => ({
  description,
  schema: { type: typeof example === 'number' ? 'integer' : 'string' },
  example,
});

/** The headers of answers, as components of the document. */
export const HEADERS = {
  RequestId: header(
    'Names the request in the log: what `X-Request-Id` of the request said, or a new UUID.',
    '3f1c9a52-6f0e-4b1a-9d51-0c6a2c8e7b11',
  ),
  RetryAfter: header('Seconds to wait before the request is sent again.', 1),
  Challenge: header('How to authenticate: with an API key as a bearer token.', 'Bearer'),
  ETag: header('Names what the answer shows, for `If-None-Match`.', 'W/"2jmj7l5rSw0yVb"'),
  SessionCookie: header(
    'The session’s cookie, which no script can read.',
    'tocsin_session=6sTn…; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict',
  ),
} as const;

const refer = (name: keyof typeof HEADERS) => ({ $ref: `#/components/headers/${name}` });

/** An answer for each problem of the endpoints, as components of the document. */
export function problemExamples(endpoints: readonly Endpoint[]): Json {
  const codes = new Set(endpoints.flatMap(problemsOf));
  return Object.fromEntries(
    [...codes].map((code) => [
      code,
      { summary: PROBLEMS[code].title, value: problemDocument(new ProblemError(code)) },
    ]),
  );
}

/** Every code that an endpoint may answer with, once. */
function problemsOf(endpoint: Endpoint): ProblemCode[] {
  const isRead = endpoint.method === 'get';
  return [
    ...new Set([
      ...COMMON_PROBLEMS,
      ...(endpoint.scope === null ? [] : ['forbidden' as const]),
      ...(isRead || endpoint.isPublic === true ? [] : ['csrf_token_required' as const]),
      ...(endpoint.body === undefined && endpoint.rawBody === undefined ? [] : BODY_PROBLEMS),
      // A change whose commit was not answered.
      ...(isRead ? [] : ['outcome_unknown' as const]),
      ...endpoint.problems,
    ]),
  ];
}

/** The answers of an endpoint by their status: its success, and its problems with an example of each. */
export function answersOf(endpoint: Endpoint, writer: SchemaWriter): Json {
  const answers: Json = successOf(endpoint, writer);
  const byStatus = Map.groupBy(problemsOf(endpoint), (code) => PROBLEMS[code].status);
  for (const [status, codes] of byStatus) {
    answers[status] = {
      description: codes.map((code) => `\`${code}\``).join(', '),
      headers: {
        'X-Request-Id': refer('RequestId'),
        ...(status === 401 ? { 'WWW-Authenticate': refer('Challenge') } : {}),
        ...(status === 429 || status === 503 ? { 'Retry-After': refer('RetryAfter') } : {}),
      },
      content: {
        'application/problem+json': {
          schema: writer.write(problemSchema, 'output'),
          examples: Object.fromEntries(
            codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
          ),
        },
      },
    };
  }
  return answers;
}

function successOf(endpoint: Endpoint, writer: SchemaWriter): Json {
  const { status, schema, mayCreate } = endpoint.success;
  const isRead = endpoint.method === 'get' && schema !== null;
  const headers = {
    'X-Request-Id': refer('RequestId'),
    ...(isRead ? { ETag: refer('ETag') } : {}),
    ...(endpoint.id === 'createSession' ? { 'Set-Cookie': refer('SessionCookie') } : {}),
  };
  const success = { description: endpoint.summary, headers };
  if (schema === null) return { [status]: success };
  const written = writer.write(schema, 'output');
  const example = exampleOf(written, writer.components);
  const whole = { ...success, content: { 'application/json': { schema: written, example } } };
  return {
    [status]: whole,
    ...(mayCreate === true ? { 201: whole } : {}),
    ...(isRead
      ? {
          304: {
            description: 'Unchanged: the caller has this answer already, by its `If-None-Match`.',
            headers,
          },
        }
      : {}),
  };
}
