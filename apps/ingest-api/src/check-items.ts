import { FAULTS_MAX, type FieldError, ProblemError } from '@tocsin/contract';
import { checkAlert, type InvalidAlert } from './check-alert.ts';
import { type PreparedAlert, prepareAlert } from './prepare-alert.ts';
import type { Item, Items } from './read-items.ts';

/** One alert of a request, as far as it came before it is stored. */
export type CheckedItem = { kind: 'valid'; alert: PreparedAlert } | { kind: 'test' } | InvalidAlert;

export interface CheckItemsOptions {
  /** For a missing `link`; without a trailing slash. */
  publicUrl: string;
  /** Tocsin raised them itself. */
  isOwn?: boolean;
}

/** Faults that are listed of a request's alerts; of each further alert, one is. */
const REQUEST_FAULTS_MAX = 10 * FAULTS_MAX;

/**
 * Builds, checks and encodes alert by alert, so that no more than one is there as objects.
 *
 * @throws ProblemError for a request with nothing valid in it, with the reason of its first alerts
 */
export function checkItems({ lone, items }: Items, { publicUrl, isOwn }: CheckItemsOptions): CheckedItem[] {
  let faults = 0;
  const checked = items.map((item: Item): CheckedItem => {
    const errorsMax = Math.max(1, Math.min(FAULTS_MAX, REQUEST_FAULTS_MAX - faults));
    const result = checkAlert(item, errorsMax, isOwn);
    if (result.kind === 'invalid') faults += result.errors.length;
    return result.kind === 'valid' ? { kind: 'valid', alert: prepareAlert(result.alert, publicUrl) } : result;
  });
  const invalid = checked.filter((item): item is InvalidAlert => item.kind === 'invalid');
  if (invalid.length === checked.length) throw hopeless(invalid, lone);
  return checked;
}

function hopeless(invalid: InvalidAlert[], lone: boolean): ProblemError {
  const [first] = invalid as [InvalidAlert];
  const code = invalid.every((item) => item.code === first.code) ? first.code : 'invalid_alert';
  return new ProblemError(code, {
    detail: lone ? first.message : `${noneOf(invalid.length)}: ${first.message}`,
    errors: lone ? first.errors : invalid.slice(0, FAULTS_MAX).flatMap(atPlace).slice(0, FAULTS_MAX),
  });
}

function noneOf(alerts: number): string {
  return alerts === 1 ? 'The only alert is not valid' : `None of the ${alerts} alerts is valid. The first`;
}

function atPlace(item: InvalidAlert, index: number): FieldError[] {
  if (item.errors.length === 0) return [{ path: `[${index}]`, message: item.message }];
  return item.errors.map(({ path, message }) => ({
    path: path === '' ? `[${index}]` : `[${index}].${path}`,
    message,
  }));
}
