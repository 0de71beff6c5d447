import { type FieldError, type IngestSummary, ProblemError, postAlerts } from '@tocsin/contract';
import { defineRoute, type Route } from '@tocsin/runtime';
import type { AlertAcceptor } from '../accept-alerts.ts';
import { type CheckedItem, checkAlert } from '../check-alert.ts';
import { type Items, readItems } from '../read-items.ts';

type Invalid = Extract<CheckedItem, { kind: 'invalid' }>;

/** How many faults a refusal lists. */
const ERRORS_MAX = 20;

export interface PostAlertsDeps {
  acceptor: AlertAcceptor;
  count(summary: IngestSummary): void;
}

/** Alerts in: one, an array, or NDJSON. */
export function createPostAlertsRoute({ acceptor, count }: PostAlertsDeps): Route {
  return defineRoute(postAlerts, async ({ rawBody, contentType }) => {
    const read = readItems(rawBody, contentType);
    const checked = read.items.map(checkAlert);
    refuseHopeless(read, checked);
    const summary = await acceptor.accept(checked, rawBody.length);
    count(summary);
    return summary;
  });
}

/** A request with nothing valid in it is refused as a whole, with the reason of its first alerts. */
function refuseHopeless({ lone }: Items, checked: CheckedItem[]): void {
  const invalid = checked.filter((item): item is Invalid => item.kind === 'invalid');
  if (invalid.length < checked.length) return;
  const [first] = invalid as [Invalid];
  const code = invalid.every((item) => item.code === first.code) ? first.code : 'invalid_alert';
  throw new ProblemError(code, {
    detail: lone
      ? first.message
      : `None of the ${invalid.length} alerts is valid. The first: ${first.message}`,
    errors: lone ? first.errors : invalid.flatMap(atPlace).slice(0, ERRORS_MAX),
  });
}

function atPlace(item: Invalid, index: number): FieldError[] {
  if (item.errors.length === 0) return [{ path: `[${index}]`, message: item.message }];
  return item.errors.map(({ path, message }) => ({
    path: path === '' ? `[${index}]` : `[${index}].${path}`,
    message,
  }));
}
