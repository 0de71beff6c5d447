import { describe, expect, test } from '@jest/globals';
import { alertInputSchema } from './alert.ts';
import { buildOpenApi, ENDPOINTS } from './openapi.ts';
import { exampleOf } from './openapi-example.ts';

type Json = Record<string, unknown>;

interface BodyJson {
  content: {
    'application/json': {
      example: unknown;
      examples: { one: { value: unknown }; many: { value: unknown[] } };
    };
  };
}

const document = JSON.parse(JSON.stringify(buildOpenApi('test'))) as Json & {
  tags: { name: string; description?: string }[];
  components: { schemas: Json };
  paths: Record<string, Record<string, Json & { parameters?: Json[]; summary: string; description: string }>>;
};

/** Every property of every schema, by where it is. */
function* propertiesIn(value: unknown, at: string): Generator<[string, Json]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'example' || key === 'examples' || key === 'default') continue;
    const place = `${at}/${key}`;
    if (key === 'properties' && typeof inner === 'object') {
      for (const [name, property] of Object.entries(inner as Json))
        yield [`${place}/${name}`, property as Json];
    }
    yield* propertiesIn(inner, place);
  }
}

/** A reference without a text of its own has that of what it refers to. */
function textOf(property: Json): unknown {
  if (property.description !== undefined || typeof property.$ref !== 'string') return property.description;
  return (document.components.schemas[property.$ref.split('/').at(-1) ?? ''] as Json).description;
}

const LACKING =
  'Put `documented(schema, "What it means.", example)` (documented.ts) around the whole of each of these in its schema:';

const isSentence = (text: unknown) => typeof text === 'string' && /^\p{Lu}.*[.:?]$/su.test(text);

describe('everything in the document is described, with an example', () => {
  test('every property has a description', () => {
    const lacking = [...propertiesIn(document, '')].filter(([, property]) => !isSentence(textOf(property)));
    expect({ [LACKING]: lacking.map(([at]) => at) }).toEqual({ [LACKING]: [] });
  });

  test('every property has an example, of its own or made of its parts', () => {
    const lacking = [...propertiesIn(document, '')].filter(
      ([, property]) => exampleOf(property, document.components.schemas) === undefined,
    );
    expect({ [LACKING]: lacking.map(([at]) => at) }).toEqual({ [LACKING]: [] });
  });

  test('every named schema has a description', () => {
    const lacking = Object.entries(document.components.schemas).filter(
      ([, schema]) => !isSentence((schema as Json).description),
    );
    expect(lacking.map(([name]) => name)).toEqual([]);
  });

  test('every tag has a description', () => {
    expect(document.tags.filter(({ description }) => !isSentence(description))).toEqual([]);
  });

  test.each(ENDPOINTS.map((endpoint) => [endpoint.id, endpoint] as const))('%s', (_, { path, method }) => {
    const operation = document.paths[path]?.[method] as NonNullable<(typeof document.paths)[string][string]>;
    expect(operation.summary).toMatch(/^\p{Lu}/u);
    expect(operation.description).toMatch(/^\p{Lu}.*\.$/su);
    const lacking = (operation.parameters ?? []).filter(
      ({ description, example }) => !isSentence(description) || example === undefined,
    );
    expect({ [LACKING]: lacking.map(({ name }) => name) }).toEqual({ [LACKING]: [] });
  });
});

describe('an example of a request is one that the server takes', () => {
  const bodyOf = (path: string, method: string) =>
    (document.paths[path]![method] as unknown as { requestBody: BodyJson }).requestBody.content[
      'application/json'
    ];

  test.each(
    ENDPOINTS.filter(({ body }) => body !== undefined).map((endpoint) => [endpoint.id, endpoint] as const),
  )('%s', (_, { path, method, body }) => {
    expect(body?.safeParse(bodyOf(path, method).example).error?.issues).toBeUndefined();
  });

  test('postAlerts', () => {
    const { one, many } = bodyOf('/v1/alerts', 'post').examples;
    for (const alert of [one.value, ...many.value])
      expect(alertInputSchema.safeParse(alert).error?.issues).toBeUndefined();
  });
});
