import { type FieldError, sentence } from '../../../../api/problem-message.ts';
import type { FormValues } from './form-values.ts';
import type { Faults } from './rules.ts';

/** The form's fields under the API's names, where they differ. */
const RENAMED: Readonly<Record<string, string>> = {
  timeoutMs: 'timeoutSeconds',
  'retry.maxRetries': 'maxRetries',
  'retry.baseDelayMs': 'baseDelaySeconds',
  'retry.factor': 'factor',
  'retry.maxDelayMs': 'maxDelaySeconds',
};

const FIELDS: ReadonlySet<string> = new Set([
  'displayName',
  'url',
  'severities',
  'alertTypes',
  'logTypes',
  'headers',
  'signingSecret',
  'timeoutSeconds',
  'maxRetries',
  'baseDelaySeconds',
  'factor',
  'maxDelaySeconds',
  'rateLimitPerSecond',
  'maxInFlight',
]);

interface Sent extends Pick<FormValues, 'logTypes'> {
  headerRows: readonly number[];
}

export interface PlacedErrors {
  /** By the form's own paths: `headers.2.name`. */
  fields: Faults;
  /** Faults without a field in the form, as text. */
  rest: string[];
}

/**
 * Finds the field of each fault that the API named.
 *
 * @param problem as the API answered; the code for a name in use belongs to a field too
 * @param sent the sent values: log types, to quote one; the form's row of each header
 */
export function placeErrors(
  problem: { code: string; message: string; errors: readonly FieldError[] },
  sent: Sent,
): PlacedErrors {
  if (problem.code === 'display_name_taken') return { fields: { displayName: problem.message }, rest: [] };
  const placed: PlacedErrors = { fields: {}, rest: [] };
  for (const { path, message } of problem.errors) {
    const [field, text] = place(path, message, sent);
    if (field === null) placed.rest.push(text);
    // Of several faults of one field, the first is shown.
    else placed.fields[field] ??= text;
  }
  return placed;
}

function place(
  path: string,
  message: string,
  { logTypes, headerRows }: Sent,
): [field: string | null, text: string] {
  const header = /^headers\[(\d+)\](?:\.(name|value))?$/.exec(path);
  if (header) return [`headers.${headerRows[Number(header[1])]}.${header[2] ?? 'name'}`, sentence(message)];
  const entry = /^(\w+)\[(\d+)\]$/.exec(path);
  if (entry?.[1] === 'logTypes') return ['logTypes', `“${logTypes[Number(entry[2])] ?? '?'}” ${message}.`];
  const field = RENAMED[entry?.[1] ?? path] ?? entry?.[1] ?? path;
  if (FIELDS.has(field)) return [field, sentence(message)];
  return [null, path === '' ? sentence(message) : `${path} ${message}.`];
}
