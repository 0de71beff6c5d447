import { FAULTS_MAX, type FieldError, type IngestSummary, ProblemError, postAlerts } from '@tocsin/contract';
import { createTurns, defineRoute, type Route, type Turns } from '@tocsin/runtime';
import type { AlertAcceptor, CheckedItem } from '../accept-alerts.ts';
import { checkAlert, type InvalidAlert } from '../check-alert.ts';
import { prepareAlert } from '../prepare-alert.ts';
import { type Item, type Items, readItems } from '../read-items.ts';
import type { TestAlertRecorder } from '../record-test-alerts.ts';

export interface PostAlertsDeps {
  acceptor: AlertAcceptor;
  testAlerts: Pick<TestAlertRecorder, 'record'>;
  count(summary: IngestSummary): void;
}

export interface PostAlertsOptions {
  /** For a missing `link`; without a trailing slash. */
  publicUrl: string;
}

/** Alerts in: one, an array, or NDJSON. */
export function createPostAlertsRoute(deps: PostAlertsDeps, { publicUrl }: PostAlertsOptions): Route {
  const { acceptor, testAlerts, count } = deps;
  return defineRoute(postAlerts, async ({ rawBody, contentType, principal, reserve }) => {
    const turns = createTurns();
    const read = await readItems(rawBody, contentType, turns);
    const checked = await checkItems(read.items, { publicUrl, reserve, turns });
    refuseHopeless(read, checked);
    const tests = checked.filter(({ kind }) => kind === 'test').length;
    if (tests > 0) await testAlerts.record(principal, tests);
    const summary = await acceptor.accept(checked, principal.keyId);
    count(summary);
    return summary;
  });
}

export interface CheckItemsOptions extends PostAlertsOptions {
  /** Counts what an alert takes until it is stored. @throws ProblemError `overloaded` */
  reserve(bytes: number): void;
  turns: Turns;
  /** Tocsin raised them itself. */
  isOwn?: boolean;
}

/** What an alert costs however small it is, in bytes that take as long to be scanned. */
const ALERT_COST_BYTES = 2_048;

/** Faults that are told of a request's alerts; of each further alert, one is. */
const REQUEST_FAULTS_MAX = 10 * FAULTS_MAX;

/** Builds, checks and encodes alert by alert, so that no more than one is there as objects. */
export async function checkItems(items: Item[], options: CheckItemsOptions): Promise<CheckedItem[]> {
  const { publicUrl, reserve, turns, isOwn } = options;
  const checked: CheckedItem[] = [];
  let faults = 0;
  for (const item of items) {
    const errorsMax = Math.max(1, Math.min(FAULTS_MAX, REQUEST_FAULTS_MAX - faults));
    const result = checkAlert(item, errorsMax, isOwn);
    if (result.kind === 'invalid') faults += result.errors.length;
    if (result.kind === 'valid') {
      const alert = prepareAlert(result.alert, publicUrl);
      reserve(alert.row.length + alert.facts.length);
      checked.push({ kind: 'valid', alert });
    } else checked.push(result);
    const bytes = item.kind === 'found' ? item.alert.end - item.alert.start : 0;
    if (turns.spend(ALERT_COST_BYTES + bytes)) await turns.next();
  }
  return checked;
}

/** A request with nothing valid in it is refused as a whole, with the reason of its first alerts. */
function refuseHopeless({ lone }: Items, checked: CheckedItem[]): void {
  const invalid = checked.filter((item): item is InvalidAlert => item.kind === 'invalid');
  if (invalid.length < checked.length) return;
  const [first] = invalid as [InvalidAlert];
  const code = invalid.every((item) => item.code === first.code) ? first.code : 'invalid_alert';
  throw new ProblemError(code, {
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
