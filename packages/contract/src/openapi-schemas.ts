import { z } from 'zod';

export type Json = Record<string, unknown>;

/** Turns zod schemas into OpenAPI 3.1 schemas, and collects the named ones. */
export function createSchemaWriter() {
  const components: Json = {};

  /** zod gives a named schema as a reference to `$defs`, also where it is the whole. */
  function write(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, ...json } = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      io,
      unrepresentable: 'any',
      reused: 'inline',
      // zod leaves out the examples of transformed values; ours show the value as sent.
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

export type SchemaWriter = ReturnType<typeof createSchemaWriter>;
