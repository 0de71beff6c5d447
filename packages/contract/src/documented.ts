import type { z } from 'zod';

/**
 * Gives a schema what the OpenAPI document says of it. It goes around the whole of a property or parameter: a
 * `nullable()` put around it would take the text for one of its alternatives only.
 *
 * @param description what it means, its unit, what null or its absence means
 * @param examples values that the schema takes; none for an object, whose example is made of its properties'
 */
export function documented<T extends z.ZodType>(
  schema: T,
  description: string,
  ...examples: z.input<T>[]
): T {
  return schema.meta({ description, ...(examples.length === 0 ? {} : { examples }) }) as T;
}
