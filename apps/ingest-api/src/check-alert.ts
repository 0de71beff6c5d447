import {
  type AlertInput,
  alertIdSchema,
  alertInputSchema,
  type FieldError,
  fieldErrorsOf,
  LIMITS,
  PROBLEMS,
} from '@tocsin/contract';
import type { Item } from './read-items.ts';

export type CheckedItem =
  | { kind: 'valid'; alert: AlertInput }
  | {
      kind: 'invalid';
      code: 'invalid_alert' | 'alert_too_large' | 'malformed_body';
      message: string;
      errors: FieldError[];
      /** The id that the alert gave, where it is usable. */
      alertId: string | null;
    };

/** Validates one alert of a request. Pure. */
export function checkAlert(item: Item): CheckedItem {
  if (item.kind === 'unreadable') {
    return { kind: 'invalid', code: 'malformed_body', message: item.message, errors: [], alertId: null };
  }
  if (item.bytes > LIMITS.alertBytesMax) {
    return invalid('alert_too_large', PROBLEMS.alert_too_large.help, [], item.value);
  }
  const parsed = alertInputSchema.safeParse(item.value);
  if (parsed.success) return { kind: 'valid', alert: parsed.data };
  const errors = fieldErrorsOf(parsed.error);
  const message = errors
    .map(({ path, message: fault }) => (path === '' ? fault : `${path}: ${fault}`))
    .join('; ');
  return invalid('invalid_alert', message, errors, item.value);
}

function invalid(
  code: 'invalid_alert' | 'alert_too_large',
  message: string,
  errors: FieldError[],
  value: unknown,
): CheckedItem {
  const given = alertIdSchema.safeParse((value as { alertId?: unknown } | null)?.alertId);
  return { kind: 'invalid', code, message, errors, alertId: given.success ? given.data : null };
}
