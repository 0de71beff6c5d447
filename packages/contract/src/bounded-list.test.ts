import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { boundedList } from './bounded-list.ts';
import { putDestination, updateDestination } from './endpoints-control.ts';
import { ENDPOINTS } from './openapi.ts';

/** Kinds of schemas in which zod builds a fault for every faulty entry. */
const UNBOUNDED = new Set(['array', 'record', 'set', 'map', 'tuple']);

/** Where a schema, or one inside it, is of one of these kinds. */
function unboundedIn(schema: unknown, path: string, seen = new Set<unknown>()): string[] {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return [];
  seen.add(schema);
  const found: string[] = [];
  if (schema instanceof z.ZodType) {
    const { def } = schema;
    if (UNBOUNDED.has(def.type)) found.push(`${path} (${def.type})`);
    if (schema instanceof z.ZodLazy) return [...found, ...unboundedIn(schema.unwrap(), path, seen)];
    // What a bounded list holds stands in its description alone.
    const { items } = (z.globalRegistry.get(schema) ?? {}) as { items?: object };
    if (/"type":"array"/.test(JSON.stringify(items ?? {}))) found.push(`${path} (a list of lists)`);
    return [...found, ...unboundedIn(def, path, seen)];
  }
  for (const [key, value] of Object.entries(schema)) {
    const isStep = ['shape', 'innerType', 'options', 'in', 'out'].includes(key) || /^\d+$/.test(key);
    found.push(...unboundedIn(value, isStep ? path : `${path}.${key}`, seen));
  }
  return found;
}

describe('what a request may hold', () => {
  test('no endpoint reads a list whose faults have no bound', () => {
    const found = ENDPOINTS.flatMap(({ id, params, query, body }) =>
      Object.entries({ params, query, body }).flatMap(([part, schema]) =>
        unboundedIn(schema, `${id} ${part}`),
      ),
    );
    expect(found).toEqual([]);
  });

  test('lists are found wherever they are', () => {
    const list = z.array(z.string());
    const schemas = [
      list,
      z.object({ a: list.optional() }),
      z.object({ a: z.object({ b: z.union([z.string(), list]).nullish().default(null) }) }),
      z
        .string()
        .transform((text) => [text])
        .pipe(list),
      z.preprocess((value) => value, list),
      z.lazy(() => list),
      z.record(z.string(), z.unknown()),
      boundedList(z.object({ a: list }), { max: 1 }),
    ];
    for (const schema of schemas) expect(unboundedIn(schema, 'it')).not.toEqual([]);
    expect(unboundedIn(z.object({ a: boundedList(z.string(), { max: 1 }).optional() }), 'it')).toEqual([]);
  });

  test.each([putDestination, updateDestination])(
    '$id: of headers that are all wrong twenty are named',
    (endpoint) => {
      const headers = Array.from({ length: 100 }, () => ({ name: '', value: 1 }));
      const body = { displayName: 'Pager', url: 'https://hooks.example.com/', headers };
      expect(endpoint.body?.safeParse(body).error?.issues).toHaveLength(20);
    },
  );
});
