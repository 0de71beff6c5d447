type Json = Record<string, unknown>;

/**
 * An example of what a schema takes: its own first one, else made of its properties' or items'.
 *
 * @param schema as it stands in the OpenAPI document
 * @param components the named schemas that it refers to
 * @returns undefined where nothing in it has an example
 */
export function exampleOf(schema: Json, components: Json): unknown {
  const { examples, default: usual, $ref, properties, items } = schema;
  if (Array.isArray(examples)) return examples[0];
  if (usual !== undefined) return usual;
  if (typeof $ref === 'string') {
    return exampleOf(components[$ref.slice($ref.lastIndexOf('/') + 1)] as Json, components);
  }
  if (properties !== undefined) return exampleOfObject(properties as Record<string, Json>, components);
  if (items !== undefined) {
    const item = exampleOf(items as Json, components);
    return item === undefined ? undefined : [item];
  }
  const [first] = [schema.anyOf ?? schema.oneOf ?? []].flat() as Json[];
  return first === undefined ? undefined : exampleOf(first, components);
}

function exampleOfObject(properties: Record<string, Json>, components: Json): Json | undefined {
  const entries = Object.entries(properties).flatMap(([name, property]) => {
    const value = exampleOf(property, components);
    return value === undefined ? [] : [[name, value] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
