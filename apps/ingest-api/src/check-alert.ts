import { isUtf8 } from 'node:buffer';
import {
  type AlertInput,
  type AlertSpan,
  alertIdSchema,
  alertInputSchema,
  buildAlert,
  checkValue,
  FAULTS_MAX,
  type FieldError,
  fieldErrorsOf,
  gatherAlerts,
  LIMITS,
  PROBLEMS,
  ProblemError,
  RESERVED_ID_PREFIX,
  TEST_ALERT_ID,
} from '@tocsin/contract';
import { scanBody, skipBlank, startOfJson } from '@tocsin/http';
import { type PreparedAlert, prepareAlert } from './prepare-alert.ts';

/** One alert of a request, found in its body but not built yet, or why it could not be read. */
export type Item =
  | { kind: 'found'; body: Buffer; alert: AlertSpan }
  | { kind: 'unreadable'; message: string };

export interface Items {
  /** The request was one alert by itself, so that its fault is the request's. */
  lone: boolean;
  items: Item[];
}

const EXPECTED =
  'Send an alert as a JSON object, several as an array, or as application/x-ndjson one a line.';

const NEWLINE = 0x0a;
const OPEN_ARRAY = 0x5b;

/**
 * Finds the alerts in a request's body. Nothing is built: of each, where it lies and where its fields do.
 *
 * @param contentType `application/json` or `application/x-ndjson`
 * @throws ProblemError `malformed_body` where nothing can be read, `too_many_alerts`, or `invalid_alert` for none at all
 */
export function readItems(body: Buffer, contentType: string): Items {
  const read = contentType === 'application/x-ndjson' ? readLines(body) : readJson(body);
  if (read.items.length === 0)
    throw new ProblemError('invalid_alert', { detail: `The request holds no alert. ${EXPECTED}` });
  return read;
}

function readJson(body: Buffer): Items {
  const start = startOfJson(body);
  const first = skipBlank(body, start);
  if (first === body.length)
    throw new ProblemError('malformed_body', { detail: `The body is empty. ${EXPECTED}` });
  const lone = body[first] !== OPEN_ARRAY;
  return { lone, items: findAlerts(body, { start, end: body.length, depth: lone ? 0 : 1 }) };
}

/** @param place `depth` is how many arrays are around each alert */
function findAlerts(
  body: Buffer,
  { start, end, depth }: { start: number; end: number; depth: number },
): Item[] {
  const items: Item[] = [];
  const gathered = gatherAlerts(body, depth, (alert) => {
    items.push({ kind: 'found', body, alert });
    return items.length <= LIMITS.alertsPerRequestMax;
  });
  const bounds = { start, end, depthMax: LIMITS.jsonDepthMax + depth, skipTooDeep: true };
  const { kind } = scanBody(body, { ...gathered, ...bounds });
  if (kind === 'stopped') throw new ProblemError('too_many_alerts');
  return items;
}

function readLines(body: Buffer): Items {
  const items: Item[] = [];
  for (let start = skipBlank(body, 0); start < body.length; ) {
    if (items.length === LIMITS.alertsPerRequestMax) throw new ProblemError('too_many_alerts');
    const newline = body.indexOf(NEWLINE, start);
    const end = newline === -1 ? body.length : newline;
    items.push(readLine(body, start, end));
    start = skipBlank(body, end);
  }
  return { lone: false, items };
}

/** A line that cannot be read is that one alert's fault, and not the request's. */
function readLine(body: Buffer, start: number, end: number): Item {
  const line = body.subarray(start, end);
  if (!isUtf8(line)) return { kind: 'unreadable', message: 'The line is not valid UTF-8.' };
  try {
    const place = { start: startOfJson(line), end: line.length, depth: 0 };
    return findAlerts(line, place)[0] as Item;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { kind: 'unreadable', message: error.detail.replace('The body', 'The line') };
  }
}

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

/** One alert of a request after its checks, before it is stored. */
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
