import { checkValue, FAULTS_MAX, type FieldError, fieldErrorsOf, ProblemError } from '@tocsin/contract';
import { z } from 'zod';

/** Reads the query part of a URL by an endpoint's schema. */
export type QueryReader = (url: string) => unknown;

/** Whether a parameter may be given more than once: its schema takes a list. */
function takesList(schema: z.ZodType): boolean {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).type === 'array';
}

/**
 * @param schema the endpoint's query parameters; undefined where it has none
 * @returns a reader that throws ProblemError `invalid_request` for what the schema refuses, for a parameter it does not
 *   know (a filter with a typo would otherwise show everything) and for one that is given twice but takes one value
 */
export function createQueryReader(schema: z.ZodObject | undefined): QueryReader {
  const lists = new Map(
    Object.entries(schema?.shape ?? {}).map(([name, field]) => [name, takesList(field as z.ZodType)]),
  );
  return (url) => {
    const start = url.indexOf('?');
    const { values, faults } = collect(start === -1 ? '' : url.slice(start + 1), lists);
    const parsed = schema && checkValue(schema, values);
    const errors = [
      ...faults,
      ...(parsed?.error === undefined ? [] : fieldErrorsOf(parsed.error)).filter(
        ({ path }) => !faults.some((fault) => fault.path === path),
      ),
    ].slice(0, FAULTS_MAX);
    if (errors.length > 0)
      throw new ProblemError('invalid_request', { detail: 'The query is invalid.', errors });
    return parsed?.data;
  };
}

const NAME_CHARACTERS_MAX = 100;

/** Gathers a query's values by name: one as a text, several as a list. */
function collect(
  text: string,
  lists: ReadonlyMap<string, boolean>,
): { values: Record<string, string | string[]>; faults: FieldError[] } {
  const values: Record<string, string | string[]> = {};
  const faults: FieldError[] = [];
  const given = new URLSearchParams(text);
  for (const name of new Set(given.keys())) {
    const all = given.getAll(name);
    const isList = lists.get(name);
    const path = name.slice(0, NAME_CHARACTERS_MAX);
    if (isList === undefined) faults.push({ path, message: 'is not a parameter of this endpoint' });
    else if (all.length > 1 && !isList) faults.push({ path, message: 'must be given once' });
    else values[name] = all.length === 1 ? (all[0] as string) : all;
    if (faults.length >= FAULTS_MAX) break;
  }
  return { values, faults };
}
