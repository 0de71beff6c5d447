import { z } from 'zod';
import { alertInputSchema } from './alert.ts';
import type { Endpoint } from './endpoint.ts';
import * as control from './endpoints-control.ts';
import * as ingest from './endpoints-ingest.ts';
import * as resend from './endpoints-resend.ts';
import * as session from './endpoints-session.ts';
import * as stats from './endpoints-stats.ts';
import * as status from './endpoints-status.ts';
import { PROBLEMS, type ProblemCode, problemSchema } from './problem.ts';
import { SESSION_COOKIE } from './session.ts';

function isEndpoint(value: unknown): value is Endpoint {
  return (
    typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'success' in value
  );
}

/** Every public endpoint, in the order of the document. */
export const ENDPOINTS: readonly Endpoint[] = [ingest, status, resend, stats, control, session].flatMap(
  (module) => Object.values(module).filter(isEndpoint),
);

type Json = Record<string, unknown>;

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

/** Problems that any endpoint may answer with; `invalid_request` for a query parameter that it does not know. */
const COMMON_PROBLEMS: readonly ProblemCode[] = [
  'invalid_request',
  'unauthorized',
  'rate_limited',
  'internal',
  'unavailable',
];

/** Problems of any endpoint that reads a body; `overloaded` where too many are being read at once. */
const BODY_PROBLEMS: readonly ProblemCode[] = [
  'malformed_body',
  'request_too_large',
  'unsupported_media_type',
  'overloaded',
];

/** Turns zod schemas into OpenAPI 3.1 schemas, and collects the named ones. */
function createSchemaWriter() {
  const components: Json = {};

  /** zod gives a named schema as a reference to `$defs`, also where it is the whole. */
  function write(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, ...json } = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      io,
      unrepresentable: 'any',
      reused: 'inline',
      // zod leaves out the examples of what is transformed; ours are of what is sent.
      override: ({ zodSchema, jsonSchema }) => {
        const examples = z.globalRegistry.get(zodSchema)?.examples;
        if (examples !== undefined) jsonSchema.examples = examples as typeof jsonSchema.examples;
      },
    });
    const text = JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/');
    const { $defs = {}, ...written } = JSON.parse(text) as Json & { $defs?: Json };
    for (const [name, definition] of Object.entries($defs)) keep(name, definition);
    return written;
  }

  function keep(name: string, definition: unknown): void {
    const known = components[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition))
      throw new Error(`The schema ${name} has two forms, in requests and in answers; give one another name`);
    components[name] = definition;
  }

  return { write, components };
}

type SchemaWriter = ReturnType<typeof createSchemaWriter>;

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
    return {
      required: true,
      content: {
        'application/json': {
          schema: { anyOf: [alert, { type: 'array', items: alert, minItems: 1, maxItems: 1000 }] },
        },
        'application/x-ndjson': { schema: { type: 'string', description: 'One alert a line.' } },
      },
    };
  }
  if (endpoint.body === undefined) return undefined;
  return {
    required: endpoint.bodyOptional !== true,
    content: { 'application/json': { schema: writer.write(endpoint.body, 'input') } },
  };
}

function responsesOf(endpoint: Endpoint, writer: SchemaWriter): Json {
  const { status: code, schema } = endpoint.success;
  const responses: Json = {
    [code]: {
      description: endpoint.summary,
      ...(schema === null
        ? {}
        : { content: { 'application/json': { schema: writer.write(schema, 'output') } } }),
    },
  };
  if (endpoint.method === 'get' && schema !== null)
    responses[304] = {
      description: 'Unchanged: the caller has this answer already, by its `If-None-Match`.',
    };
  const codes = [
    ...COMMON_PROBLEMS,
    ...(endpoint.scope === null ? [] : ['forbidden' as const]),
    ...(endpoint.method === 'get' || endpoint.isPublic === true ? [] : ['csrf_token_required' as const]),
    ...(endpoint.body === undefined && endpoint.rawBody === undefined ? [] : BODY_PROBLEMS),
    // A change whose commit was not answered.
    ...(endpoint.method === 'get' ? [] : ['outcome_unknown' as const]),
    ...endpoint.problems,
  ];
  for (const problem of new Set(codes)) {
    const { status: problemStatus } = PROBLEMS[problem];
    const known = responses[problemStatus] as { description: string } | undefined;
    responses[problemStatus] = {
      description: known === undefined ? `\`${problem}\`` : `${known.description}, \`${problem}\``,
      content: { 'application/problem+json': { schema: writer.write(problemSchema, 'output') } },
    };
  }
  return responses;
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
    responses: responsesOf(endpoint, writer),
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
      description:
        'Takes alerts in volume, delivers each to the right webhooks, and proves what was delivered.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(endpoints.map((endpoint) => endpoint.tag))].map((name) => ({
      name,
      description: TAGS[name],
    })),
    paths,
    components: {
      schemas: writer.components,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'tcs_<id>_<secret>' },
        session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
      },
    },
  };
}
