import type { FieldError } from '@tocsin/contract';
import { LIMITS, RESERVED_HEADER_PREFIXES, RESERVED_HEADERS } from '@tocsin/contract';

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 section 5.5 without obs-text, which receivers decode in different ways. */
const VISIBLE = /^[\t\x20-\x7e]*$/;
const EDGE_SPACE = /^[\t ]|[\t ]$/;

/** A header as a destination or a change to one names it; without a value, the stored one is kept. */
export interface HeaderInput {
  readonly name: string;
  readonly value?: string | undefined;
}

/**
 * Judges one custom header of a destination. Node and got would let it set a second `Host`, a wrong `Content-Length`, or
 * `Transfer-Encoding` beside a length.
 *
 * @param value left out where an update keeps the stored value: then the name alone is judged
 * @returns what is wrong with it, for the operator and without the value; null where nothing is
 */
export function headerFault(name: string, value?: string): string | null {
  return nameFault(name) ?? (value === undefined ? null : valueFault(value));
}

/**
 * Judges a destination's custom headers together: each by {@link headerFault}, and no name twice in any case.
 *
 * @returns every fault, its place written as `headers[2].name`; empty where there is none
 */
export function checkHeaders(headers: readonly HeaderInput[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  headers.forEach(({ name, value }, index) => {
    const key = name.toLowerCase();
    const nameMessage = nameFault(name) ?? (seen.has(key) ? 'is given more than once' : null);
    seen.add(key);
    if (nameMessage !== null) errors.push({ path: `headers[${index}].name`, message: nameMessage });
    const valueMessage = value === undefined ? null : valueFault(value);
    if (valueMessage !== null) errors.push({ path: `headers[${index}].value`, message: valueMessage });
  });
  return errors;
}

function nameFault(name: string): string | null {
  if (name === '') return 'is required';
  if (name.length > LIMITS.headerBytesMax) return `must have at most ${LIMITS.headerBytesMax} bytes`;
  if (!TOKEN.test(name)) return "must be a header name: letters, digits and !#$%&'*+-.^_`|~";
  const key = name.toLowerCase();
  if (RESERVED_HEADERS.includes(key)) return 'is set by Tocsin itself and cannot be given';
  const prefix = RESERVED_HEADER_PREFIXES.find((start) => key.startsWith(start));
  return prefix === undefined ? null : `must not start with "${prefix}"`;
}

function valueFault(value: string): string | null {
  if (value.length > LIMITS.headerBytesMax) return `must have at most ${LIMITS.headerBytesMax} bytes`;
  if (!VISIBLE.test(value)) return 'must hold only printable ASCII characters and tabs';
  return EDGE_SPACE.test(value) ? 'must not start or end with a space or tab' : null;
}
