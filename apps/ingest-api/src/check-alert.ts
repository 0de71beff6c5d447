import {
  type AlertInput,
  alertIdSchema,
  alertInputSchema,
  buildAlert,
  checkValue,
  FAULTS_MAX,
  type FieldError,
  fieldErrorsOf,
  LIMITS,
  PROBLEMS,
  RESERVED_ID_PREFIX,
  TEST_ALERT_ID,
} from '@tocsin/contract';
import type { Item } from './read-items.ts';

/** What is wrong with one alert of a request. */
export interface InvalidAlert {
  kind: 'invalid';
  code: 'invalid_alert' | 'reserved_id' | 'alert_too_large' | 'malformed_body';
  message: string;
  errors: FieldError[];
  /** There may be more faults than those. */
  isCut?: boolean;
  /** The id that the alert gave, where it is usable. */
  alertId: string | null;
}

/** `test`: a valid alert that is neither stored nor routed. */
export type CheckedAlert = { kind: 'valid'; alert: AlertInput } | { kind: 'test' } | InvalidAlert;

/**
 * Builds and validates one alert of a request.
 *
 * @param errorsMax how many of its faults are listed
 * @param isOwn Tocsin raises it, so that its id may be one that is reserved
 */
export function checkAlert(item: Item, errorsMax: number, isOwn = false): CheckedAlert {
  if (item.kind === 'unreadable') {
    return { kind: 'invalid', code: 'malformed_body', message: item.message, errors: [], alertId: null };
  }
  const { body, alert } = item;
  if (alert.end - alert.start > LIMITS.alertBytesMax)
    return invalid(item, 'alert_too_large', PROBLEMS.alert_too_large.help);
  if (alert.isTooDeep) {
    const message = `must not nest deeper than ${LIMITS.jsonDepthMax} levels`;
    return invalid(item, 'invalid_alert', message, [{ path: '', message }]);
  }
  const parsed = checkValue(alertInputSchema, buildAlert(body, alert));
  if (!parsed.success) {
    const found = fieldErrorsOf(parsed.error);
    const errors = found.slice(0, errorsMax);
    const isCut = found.length > errors.length || errors.length === FAULTS_MAX;
    return { ...invalid(item, 'invalid_alert', errors.map(sentenceOf).join('; '), errors), isCut };
  }
  const { alertId } = parsed.data;
  if (!isOwn && alertId?.startsWith(RESERVED_ID_PREFIX) === true) {
    const message = `must not begin with "${RESERVED_ID_PREFIX}"`;
    return invalid(item, 'reserved_id', `alertId: ${message}`, [{ path: 'alertId', message }]);
  }
  return alertId === TEST_ALERT_ID ? { kind: 'test' } : { kind: 'valid', alert: parsed.data };
}

function sentenceOf({ path, message }: FieldError): string {
  return path === '' ? `The alert ${message}` : `${path}: ${message}`;
}

function invalid(
  { body, alert }: Extract<Item, { kind: 'found' }>,
  code: InvalidAlert['code'],
  message: string,
  errors: FieldError[] = [],
): InvalidAlert {
  const span = alert.fields.get('alertId');
  const fields = new Map(span === undefined ? [] : [['alertId', span]]);
  const built = buildAlert(body, { ...alert, fields }) as { alertId?: unknown } | null;
  const given = alertIdSchema.safeParse(built?.alertId);
  return { kind: 'invalid', code, message, errors, alertId: given.success ? given.data : null };
}
