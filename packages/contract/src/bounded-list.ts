import { z } from 'zod';
import { checkValue } from './fault-words.ts';

/** How many faults of one request are looked for and shown. */
export const FAULTS_MAX = 20;

type Issue = z.core.$ZodRawIssue;

/**
 * A list whose faults are bounded: one of too many entries is not looked into, and the search ends at the twentieth
 * fault. zod's own arrays build a fault for every bad entry, however many there are.
 *
 * @param limits how many entries it may have
 */
export function boundedList<T extends z.ZodType>(item: T, { min = 0, max }: { min?: number; max: number }) {
  const { $schema: _, ...items } = z.toJSONSchema(item, { io: 'input', unrepresentable: 'any' });
  const list = z
    .unknown()
    .transform((value, context) => {
      const refuse = (issue: Issue) => {
        context.issues.push(issue);
        return z.NEVER;
      };
      if (!Array.isArray(value)) return refuse({ code: 'invalid_type', expected: 'array', input: value });
      if (value.length < min)
        return refuse({ code: 'too_small', origin: 'array', minimum: min, inclusive: true, input: value });
      if (value.length > max)
        return refuse({ code: 'too_big', origin: 'array', maximum: max, inclusive: true, input: value });
      return checkEntries(item, value, context.issues);
    })
    .meta({ type: 'array', items, ...(min === 0 ? {} : { minItems: min }), maxItems: max });
  return list as unknown as z.ZodType<z.output<T>[], z.input<T>[]>;
}

function checkEntries<T extends z.ZodType>(item: T, values: unknown[], issues: Issue[]): z.output<T>[] {
  const checked: z.output<T>[] = [];
  let faults = 0;
  for (const [index, value] of values.entries()) {
    const parsed = checkValue(item, value);
    if (parsed.success) checked.push(parsed.data);
    else
      for (const issue of parsed.error.issues.slice(0, FAULTS_MAX - faults)) {
        faults += 1;
        issues.push({ ...issue, path: [index, ...issue.path], input: value } as Issue);
      }
    if (faults >= FAULTS_MAX) break;
  }
  return checked;
}

/** A string of at most so many characters, which are code points, as JSON Schema counts them. */
export function textOfAtMost(charactersMax: number) {
  return z
    .string()
    .refine((text) => hasAtMost(text, charactersMax), `must have at most ${charactersMax} characters`)
    .meta({ maxLength: charactersMax });
}

function hasAtMost(text: string, charactersMax: number): boolean {
  if (text.length <= charactersMax) return true;
  if (text.length > 2 * charactersMax) return false;
  return [...text].length <= charactersMax;
}
