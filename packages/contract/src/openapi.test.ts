import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Endpoint } from './endpoint.ts';
import { buildOpenApi, ENDPOINTS } from './openapi.ts';
import { PROBLEMS, type ProblemCode } from './problem.ts';

type Json = Record<string, unknown>;
type Content = Record<string, { schema: Json } & Example>;

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  security: Record<string, unknown[]>[];
  parameters?: ({ name: string; in: string; required: boolean; schema: Json } & Example)[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Json>;
    examples: NonNullable<Example['examples']>;
    securitySchemes: Json;
  };
}

const DOCUMENT = 'tocsin:document';
const text = JSON.stringify(buildOpenApi('1.2.3'));
const document = JSON.parse(text) as Document;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
formats.default(ajv);
ajv.addVocabulary(Object.keys(document));
// Its schemas are compiled by where they are, so that references start at the document's root.
ajv.addSchema({ ...document, $id: DOCUMENT }, undefined, undefined, false);

/** A place in the document as a JSON pointer (RFC 6901). */
const pointer = (keys: string[]) =>
  keys.map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

interface Example {
  example?: unknown;
  examples?: Record<string, { value?: unknown }>;
}

interface Schema extends Example {
  at: string;
  schema: Json;
}

/** @throws Error where there is nothing at the place, or what is there is no strict schema */
function compile({ at }: Pick<Schema, 'at'>) {
  return ajv.compile({ $ref: `${DOCUMENT}#${at}` });
}

const operationOf = ({ path, method }: Pick<Endpoint, 'path' | 'method'>) =>
  document.paths[path]?.[method] as Operation;

/** Every schema of an operation, with its place. */
function schemasOf({ path, method }: Pick<Endpoint, 'path' | 'method'>): Schema[] {
  const { parameters = [], requestBody, responses } = operationOf({ path, method });
  const root = ['paths', path, method];
  const ofContent = (keys: string[], content: Content = {}) =>
    Object.entries(content).map(([type, { schema, example, examples }]) => ({
      at: pointer([...root, ...keys, 'content', type, 'schema']),
      schema,
      example,
      examples,
    }));
  return [
    ...parameters.map(({ schema, example }, index) => ({
      at: pointer([...root, 'parameters', String(index), 'schema']),
      schema,
      example,
    })),
    ...ofContent(['requestBody'], requestBody?.content),
    ...Object.entries(responses).flatMap(([status, { content }]) =>
      ofContent(['responses', status], content),
    ),
  ];
}

/** Every example of an operation, with the schema that it is one of. */
function examplesOf(endpoint: Endpoint): (Schema & { values: unknown[] })[] {
  return schemasOf(endpoint).map(({ at, schema, example, examples }) => ({
    at,
    schema,
    values: [
      ...(example === undefined ? [] : [example]),
      ...Object.entries(examples ?? {}).map(
        ([name, { value }]) => value ?? document.components.examples[name]?.value,
      ),
    ],
  }));
}

describe('the document', () => {
  test('is of OpenAPI 3.1 and of the version it is given', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Tocsin', version: '1.2.3' });
    expect(Object.keys(document).sort()).toEqual([
      'components',
      'info',
      'openapi',
      'paths',
      'servers',
      'tags',
    ]);
  });

  test('has every endpoint once, and nothing else', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(ENDPOINTS.map(({ method, path }) => `${method} ${path}`).sort());
    expect(new Set(ENDPOINTS.map(({ id }) => id)).size).toBe(ENDPOINTS.length);
  });

  test('resolves every reference, to a schema that is more than a reference', () => {
    const names = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target ?? '');
    expect(names.length).toBeGreaterThan(50);
    for (const target of new Set(names)) {
      const [, kind = '', name = ''] =
        /^#\/components\/(schemas|headers|examples)\/(\w+)$/.exec(target) ?? [];
      const found = document.components[kind as 'schemas']?.[name];
      expect({ target, found }).toEqual({ target, found: expect.any(Object) });
      expect(found).not.toHaveProperty('$ref');
    }
    expect(text).not.toContain('$defs');
  });

  test('has component schemas that are valid JSON Schema 2020-12, each of them used', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect({ name, valid: ajv.validateSchema(schema) }).toEqual({ name, valid: true });
      expect(() => compile({ at: pointer(['components', 'schemas', name]) })).not.toThrow();
      expect(text).toContain(`"$ref":"#/components/schemas/${name}"`);
    }
  });

  test('has examples that are what it says, of every parameter, body and answer', () => {
    const faults: unknown[] = [];
    let count = 0;
    const compiled = new Map<string, ReturnType<typeof compile>>();
    for (const { at, schema, values } of ENDPOINTS.flatMap(examplesOf)) {
      const text = JSON.stringify(schema);
      const validate = compiled.get(text) ?? compile({ at });
      compiled.set(text, validate);
      for (const value of values) {
        count += 1;
        if (!validate(value)) faults.push({ at, value, schema, errors: validate.errors });
      }
    }
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThan(200);
  });

  test('refuses a name that means one thing in requests and another in answers', () => {
    const [endpoint] = ENDPOINTS.filter(({ id }) => id === 'createDestination') as [Endpoint];
    const twice = { ...endpoint, success: { status: 200, schema: endpoint.body ?? null } } as Endpoint;
    expect(() => buildOpenApi('1', [twice])).toThrow(/DestinationInput has two forms/);
  });
});

describe.each(ENDPOINTS.map((endpoint) => [endpoint.id, endpoint] as const))('%s', (id, endpoint) => {
  const operation = operationOf(endpoint);

  test('is described, under a declared tag and security scheme', () => {
    expect(operation.operationId).toBe(id);
    expect(operation.summary).not.toBe('');
    for (const tag of operation.tags) expect(document.tags.map(({ name }) => name)).toContain(tag);
    const schemes = operation.security.flatMap((entry) => Object.keys(entry));
    expect(schemes).toEqual(endpoint.isPublic === true ? [] : ['apiKey', 'session']);
    for (const scheme of schemes) expect(document.components.securitySchemes).toHaveProperty(scheme);
    if (endpoint.scope !== null) expect(operation.description).toContain(`\`${endpoint.scope}\``);
  });

  test('declares exactly the parameters of its path, and those of its query once', () => {
    const inPath = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (place: string) =>
      (operation.parameters ?? []).filter((parameter) => parameter.in === place);
    expect(declared('path').map(({ name }) => name)).toEqual(inPath);
    expect(declared('path').every(({ required }) => required)).toBe(true);
    expect(declared('query').map(({ name }) => name)).toEqual(Object.keys(endpoint.query?.shape ?? {}));
  });

  test('has a body where it takes one', () => {
    expect(operation.requestBody !== undefined).toBe(
      endpoint.body !== undefined || endpoint.rawBody !== undefined,
    );
    if (operation.requestBody === undefined) return;
    expect(operation.requestBody.required).toBe(endpoint.bodyOptional !== true);
    expect(Object.keys(operation.requestBody.content)).toEqual(endpoint.rawBody ?? ['application/json']);
  });

  test('has schemas that are valid JSON Schema 2020-12', () => {
    for (const { at, schema } of schemasOf(endpoint)) {
      expect({ at, valid: ajv.validateSchema(schema) }).toEqual({ at, valid: true });
      expect(() => compile({ at })).not.toThrow();
    }
  });

  test('answers with its success', () => {
    const success = operation.responses[endpoint.success.status];
    if (endpoint.success.mayCreate === true) expect(operation.responses[201]).toEqual(success);
    expect(success?.description).not.toBe('');
    const types = Object.keys(success?.content ?? {});
    expect(types).toEqual(endpoint.success.schema === null ? [] : ['application/json']);
  });

  test('answers with its problems, and with those that its kind of request meets', () => {
    const any: ProblemCode[] = [
      'unauthorized',
      'invalid_request',
      'rate_limited',
      'headers_too_large',
      'internal',
      'unavailable',
    ];
    const expected = new Set<ProblemCode>([...any, ...endpoint.problems]);
    if (endpoint.scope !== null) expected.add('forbidden');
    if (endpoint.path.includes('{') && endpoint.success.mayCreate !== true) expected.add('not_found');
    if (endpoint.method !== 'get' && endpoint.isPublic !== true) expected.add('csrf_token_required');
    if (endpoint.method !== 'get') expected.add('outcome_unknown');
    if (operation.requestBody !== undefined) {
      expected.add('malformed_body').add('request_too_large').add('unsupported_media_type').add('overloaded');
      expected.add('request_timeout');
    }
    const described = Object.entries(operation.responses).flatMap(([status, { description, content }]) => {
      if (content?.['application/problem+json'] === undefined) return [];
      return description
        .split(', ')
        .map((code) => ({ code: code.replaceAll('`', ''), status: Number(status) }));
    });
    expect(described.map(({ code }) => code).sort()).toEqual([...expected].sort());
    for (const { code, status } of described) expect(PROBLEMS[code as ProblemCode].status).toBe(status);
  });
});

describe('the schemas say what the services do', () => {
  const alert = { id: 'a', createdAt: '2026-07-01T07:57Z', severity: 'LOW', type: 'RULE', title: 't' };
  const bodyOf = (path: string) =>
    compile({ at: pointer(['paths', path, 'post', 'requestBody', 'content', 'application/json', 'schema']) });
  const isAlerts = bodyOf('/v1/alerts');

  test.each([
    ['an alert', alert, true],
    ['a list of alerts', [alert, { ...alert, name: null, alertId: 'x', alertContext: { a: [] } }], true],
    ['no alert at all', [], false],
    ['an alert without its title', { ...alert, title: undefined }, false],
    ['an alert of no severity', { ...alert, severity: 'URGENT' }, false],
    ['an alert of an impossible id', { ...alert, alertId: 'a/b' }, false],
  ])('%s', (_, body, expected) => {
    expect(isAlerts(JSON.parse(JSON.stringify(body)))).toBe(expected);
  });

  test('a destination needs a name and a URL, and knows its fields', () => {
    const isDestination = bodyOf('/v1/destinations');
    expect(isDestination({ displayName: 'Pager', url: 'https://hooks.example' })).toBe(true);
    expect(isDestination({ displayName: 'Pager' })).toBe(false);
    expect(isDestination({ displayName: 'Pager', url: 'https://hooks.example', sevrities: [] })).toBe(false);
    expect(
      isDestination({ displayName: 'Pager', url: 'https://hooks.example', retry: { maxRetries: 11 } }),
    ).toBe(false);
  });
});
