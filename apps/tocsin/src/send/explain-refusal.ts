import type { ApiError } from '@tocsin/client';
import { alertInputSchema, checkValue, type FieldError, fieldErrorsOf } from '@tocsin/contract';
import type { AlertEntry, Rejection } from './alert-entry.ts';

/** The faults that the server named for one alert of a batch (`[3].severity`), or for a lone one (`severity`). */
function namedByServer(error: ApiError, index: number, isLone: boolean): FieldError[] {
  const prefix = `[${index}]`;
  const own = error.errors
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ path, message }) => ({ path: path.slice(prefix.length).replace(/^\./, ''), message }));
  return own.length > 0 || !isLone ? own : [...error.errors];
}

/** The id that the producer gave; an id made here would not help the reader. */
export function ownId({ alertId, assigned }: AlertEntry): string | null {
  return assigned ? null : alertId;
}

/**
 * Why one alert of a request that was refused as a whole was refused. The server names the first faults of a request
 * only; for the rest the contract's own schema says what is wrong.
 *
 * @param error the refusal
 * @param index place of the alert in the request
 * @param isLone whether it was the only one
 */
export function explainRefusal(
  error: ApiError,
  alert: AlertEntry,
  index: number,
  isLone: boolean,
): Rejection {
  const { item, line } = alert;
  const alertId = ownId(alert);
  const named = namedByServer(error, index, isLone);
  const isUnnamed = named.length === 0 && error.code === 'invalid_alert';
  const checked = isUnnamed ? checkValue(alertInputSchema, JSON.parse(alert.text)) : null;
  const errors = checked?.error === undefined ? named : fieldErrorsOf(checked.error);
  const faults = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return { item, line, alertId, code: error.code, message: faults.join('; ') || error.detail, errors };
}
