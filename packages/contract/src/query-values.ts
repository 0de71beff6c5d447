import { z } from 'zod';
import { boundedList } from './bounded-list.ts';
import { INSTANT } from './patterns.ts';
import { timeWords } from './time-words.ts';

const INSTANT_SHAPE = 'must be a time such as 2026-07-01T07:57:12Z, with seconds and an offset';

const YEAR_10000 = Date.parse('9999-12-31T23:59:59.999Z') + 1;

/**
 * A moment given by a caller; from 1970 on, so that the database can store every accepted time, and before the year
 * 10000, so that it can be written in an answer.
 */
export const instantSchema = z.iso
  .datetime({
    offset: true,
    local: false,
    error: ({ input }) => (typeof input === 'string' ? timeWords(input, INSTANT_SHAPE) : undefined),
  })
  // A text that is no time was refused before, with its own message.
  .refine((text) => !(Date.parse(text) < 0), 'must be in 1970 or later')
  .refine((text) => !(Date.parse(text) >= YEAR_10000), 'must be before the year 10000')
  .meta({ pattern: INSTANT })
  // In UTC: an offset of 23:59 is one that the database does not know.
  .transform((text) => (text.endsWith('Z') ? text : new Date(text).toISOString()));

/** How many items a page has at most, in decimal digits: `0x10` and `1e2` are no such numbers. */
export function pageLimit(max: number, byDefault: number) {
  const message = `must be a whole number from 1 to ${max}`;
  return z
    .preprocess(
      (value) => (typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? Number(value) : value),
      z.int({ error: message }).min(1, message).max(max, message).default(byDefault),
    )
    .meta({ type: 'integer', minimum: 1, maximum: max, default: byDefault });
}

/**
 * Several values of one parameter: given once, repeated, or as a comma list.
 *
 * @param max how many there may be
 */
export function commaList<T extends z.ZodType>(
  item: T,
  { max, description, example }: { max: number; description: string; example: z.input<T> },
) {
  const { $schema: _, ...items } = z.toJSONSchema(item, { io: 'input' });
  return z
    .preprocess(
      (value) => (Array.isArray(value) ? value : [value]).flatMap((part) => String(part).split(',')),
      boundedList(item, { min: 1, max }),
    )
    .optional()
    .meta({
      type: 'array',
      items,
      minItems: 1,
      description: `${description} Once, repeated, or as a comma list.`,
      examples: [[example]],
    });
}
