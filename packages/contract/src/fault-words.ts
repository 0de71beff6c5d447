import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

/** Checks a value as `safeParse` does, and says of each fault in plain words what it is. */
export function checkValue<T extends z.ZodType>(
  schema: T,
  value: unknown,
): z.ZodSafeParseResult<z.output<T>> {
  return schema.safeParse(value, { error: faultWords });
}

/**
 * What is wrong at one place, as it goes on from the place's name: "is required", "must be a string". zod's own
 * messages name internals ("Invalid option", "received undefined"); a schema with a message of its own keeps it.
 */
export function faultWords(issue: Issue): string {
  if (issue.code === 'invalid_union') return unionWords(issue);
  const isChoice = issue.code === 'invalid_value';
  if (issue.input === undefined && (isChoice || issue.code === 'invalid_type'))
    return isChoice ? `is required: ${choice(issue.values)}` : 'is required';
  switch (issue.code) {
    case 'invalid_type':
      return typeWords(issue);
    case 'invalid_value':
      return `must be ${choice(issue.values)}`;
    case 'too_small':
    case 'too_big':
      return sizeWords(issue);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.pattern === undefined
        ? `must be of the format ${issue.format}`
        : `must match the pattern ${issue.pattern}`;
    case 'unrecognized_keys':
      return `holds unknown keys: ${shownKeys(issue.keys)}`;
    case 'invalid_key':
      return `holds a key that ${firstWords(issue.issues)}`;
    case 'invalid_element':
      return `holds an entry that ${firstWords(issue.issues)}`;
    default:
      return 'is not valid';
  }
}

/** zod's names of kinds of values, as JSON has them. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** Beyond the doubles that JSON's numbers are read as. */
const BEYOND_DOUBLES = 'must be a number between -1.8e308 and 1.8e308';

function typeWords({ expected, input }: Extract<Issue, { code: 'invalid_type' }>): string {
  if (typeof input === 'number' && !Number.isFinite(input)) return BEYOND_DOUBLES;
  return `must be ${KINDS[expected] ?? expected}`;
}

function choice(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

/** What is counted, where it is not a number’s size. */
const COUNTED: Readonly<Record<string, string>> = {
  string: 'characters',
  array: 'entries',
  set: 'entries',
  map: 'entries',
  object: 'keys',
};

function sizeWords(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const [bound, atBound, beyond] =
    issue.code === 'too_small'
      ? [issue.minimum, 'at least', 'more than']
      : [issue.maximum, 'at most', 'less than'];
  const counted = COUNTED[issue.origin];
  if (counted === undefined) return `must be ${issue.inclusive === false ? beyond : atBound} ${bound}`;
  if (issue.exact === true) return `must have exactly ${bound} ${counted}`;
  return issue.code === 'too_small' && Number(bound) === 1
    ? 'must not be empty'
    : `must have ${atBound} ${bound} ${counted}`;
}

const OF_ANOTHER_KIND: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value']);

/** The expectation of the alternative of the right kind, or else of any alternative. */
function unionWords({ errors, input }: Extract<Issue, { code: 'invalid_union' }>): string {
  const near = errors.find(([first]) => first !== undefined && !OF_ANOTHER_KIND.has(first.code));
  if (near !== undefined) return firstWords(near);
  const words = [...new Set(errors.flatMap(([first]) => (first === undefined ? [] : [first.message])))];
  const [first = 'is not valid', ...others] = words;
  if (input === undefined) return first;
  return [first, ...others.map((other) => other.replace(/^must be /, ''))].join(', or ');
}

function firstWords([first]: readonly z.core.$ZodIssue[]): string {
  return first?.message ?? 'is not valid';
}

const KEYS_SHOWN_MAX = 5;
const KEY_CHARACTERS_MAX = 100;

/** The caller's own keys, of which there may be thousands. */
function shownKeys(keys: readonly string[]): string {
  const shown = keys.slice(0, KEYS_SHOWN_MAX).map((key) => JSON.stringify(key.slice(0, KEY_CHARACTERS_MAX)));
  return keys.length > KEYS_SHOWN_MAX
    ? `${shown.join(', ')} and ${keys.length - KEYS_SHOWN_MAX} more`
    : shown.join(', ');
}
