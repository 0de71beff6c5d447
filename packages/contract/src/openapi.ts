import type { z } from 'zod';
import { alertInputSchema } from './alert.ts';
import type { Endpoint } from './endpoint.ts';
import * as control from './endpoints-control.ts';
import * as ingest from './endpoints-ingest.ts';
import * as resend from './endpoints-resend.ts';
import * as session from './endpoints-session.ts';
import * as stats from './endpoints-stats.ts';
import * as status from './endpoints-status.ts';
import { LIMITS } from './limits.ts';
import { answersOf, HEADERS, problemExamples } from './openapi-answers.ts';
import { exampleOf } from './openapi-example.ts';
import { createSchemaWriter, type Json, type SchemaWriter } from './openapi-schemas.ts';
import { CSRF_HEADER, SECURE_SESSION_COOKIE, SESSION_COOKIE } from './session-names.ts';

function isEndpoint(value: unknown): value is Endpoint {
  return (
    typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'success' in value
  );
}

/** Every public endpoint, in the order of the document. */
export const ENDPOINTS: readonly Endpoint[] = [ingest, status, resend, stats, control, session].flatMap(
  (module) => Object.values(module).filter(isEndpoint),
);

const ABOUT = `Accepts alerts in volume, delivers each to the right webhooks, and shows what became of each.

Every error is a problem document (RFC 9457) with a stable \`code\`. A method that a path does not have is answered with 405 (\`method_not_allowed\`) and \`Allow\`, \`HEAD\` as \`GET\`, and \`OPTIONS\` with 204 and \`Allow\`. Bodies may be compressed with gzip.`;

/** What the endpoints of each tag are about. */
const TAGS: Readonly<Record<string, string>> = {
  Alerts: 'What producers send in, and what became of it.',
  Deliveries: 'One alert due at one destination, with every attempt that was made.',
  'Bulk resends': 'Many deliveries sent again together.',
  Statistics: 'Counts and delays over time.',
  Destinations: 'The webhooks that alerts go to, with their filters and settings.',
  Routing: 'Where an alert goes, and why.',
  'API keys': 'Who may do what.',
  'Audit log': 'Who changed what, and when.',
  Session: 'Signing in to the console.',
};

function parametersOf(endpoint: Endpoint, writer: SchemaWriter): Json[] {
  const list = (place: 'path' | 'query', shape: z.ZodObject | undefined) =>
    Object.entries(shape?.shape ?? {}).map(([name, schema]) => {
      const { description, examples, ...json } = writer.write(schema as z.ZodType, 'input');
      return {
        name,
        in: place,
        required: place === 'path' || !(schema as z.ZodType).safeParse(undefined).success,
        description,
        example: (examples as unknown[] | undefined)?.[0],
        schema: json,
      };
    });
  return [...list('path', endpoint.params), ...list('query', endpoint.query)];
}

function requestBodyOf(endpoint: Endpoint, writer: SchemaWriter): Json | undefined {
  if (endpoint.rawBody !== undefined) {
    const alert = writer.write(alertInputSchema, 'input');
    const { alertsPerRequestMax: maxItems } = LIMITS;
    const example = exampleOf(alert, writer.components);
    return {
      description: 'One alert, or as many as 1,000.',
      required: true,
      content: {
        'application/json': {
          schema: { anyOf: [alert, { type: 'array', items: alert, minItems: 1, maxItems }] },
          examples: {
            one: { summary: 'One alert', value: example },
            many: { summary: 'A list of alerts', value: [example] },
          },
        },
        'application/x-ndjson': {
          schema: { type: 'string', description: 'One alert a line; blank lines are nothing.' },
          example: `${JSON.stringify(example)}\n`,
        },
      },
    };
  }
  if (endpoint.body === undefined) return undefined;
  const schema = writer.write(endpoint.body, 'input');
  const example = exampleOf(schema, writer.components);
  return {
    required: endpoint.bodyOptional !== true,
    content: { 'application/json': { schema, example } },
  };
}

function operationOf(endpoint: Endpoint, writer: SchemaWriter): Json {
  const parameters = parametersOf(endpoint, writer);
  const requestBody = requestBodyOf(endpoint, writer);
  const scope =
    endpoint.isPublic === true
      ? 'No key.'
      : endpoint.scope === null
        ? 'Any valid key.'
        : `Scope: \`${endpoint.scope}\`.`;
  return {
    operationId: endpoint.id,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: endpoint.description === undefined ? scope : `${endpoint.description}\n\n${scope}`,
    security: endpoint.isPublic === true ? [] : [{ apiKey: [] }, { session: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: answersOf(endpoint, writer),
  };
}

/**
 * The OpenAPI 3.1 document of the whole HTTP API, made from the schemas that requests are validated by.
 *
 * @param version Tocsin's version
 * @param endpoints what to describe; by default every public endpoint
 */
export function buildOpenApi(version: string, endpoints: readonly Endpoint[] = ENDPOINTS): Json {
  const writer = createSchemaWriter();
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operationOf(endpoint, writer) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tocsin',
      version,
      description: ABOUT,
      contact: { name: 'The operator of this installation' },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Where this document was read.' }],
    tags: [...new Set(endpoints.map((endpoint) => endpoint.tag))].map((name) => ({
      name,
      description: TAGS[name],
    })),
    paths,
    components: {
      schemas: writer.components,
      headers: HEADERS,
      examples: problemExamples(endpoints),
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'tcs_<id>_<secret>',
          description: 'An API key. What it may do is in its scopes; each operation names the one it needs.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: `A signed-in browser’s session, as \`POST /v1/session\` begins it; over TLS its name is \`${SECURE_SESSION_COOKIE}\`. A request that changes something also carries \`${CSRF_HEADER}\`.`,
        },
      },
    },
  };
}
