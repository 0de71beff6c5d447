import type { Schemas } from '../../api/client.ts';
import type { Severity } from '../../format/labels/value-labels.ts';
import type { View } from './views.ts';

export type ClosedStatus = Exclude<Schemas['BulkResend']['status'][number], 'missing'>;
export type ErrorCode = NonNullable<Schemas['BulkResend']['errorCodes']>[number];

/** States in which a delivery can be sent again. */
export const CLOSED: readonly ClosedStatus[] = ['failed', 'cancelled', 'succeeded'];

/** The choice of what to send again. */
export interface ResendChoice {
  /** Alerts that the destination lacks, instead of deliveries that have ended. */
  isMissing: boolean;
  destinationId: string;
  since: string;
  until: string;
  status: ClosedStatus[];
  /** None for all. */
  severities: Severity[];
  /** None for any. */
  errorCodes: ErrorCode[];
}

const DAY_MS = 86_400_000;

/** @returns the filters of the list; without an ended state or a time, deliveries that failed within a day */
export function initialChoice(
  shown: { destinationId: string; since: string; until: string; view: View },
  nowMs: number,
): ResendChoice {
  const status = CLOSED.filter((one) => (shown.view.status as readonly string[]).includes(one));
  return {
    isMissing: false,
    destinationId: shown.destinationId,
    since: shown.since || new Date(nowMs - DAY_MS).toISOString(),
    until: shown.until || new Date(nowMs).toISOString(),
    status: status.length > 0 ? status : ['failed'],
    severities: [],
    errorCodes: [],
  };
}

/** @returns the request for a choice; null while something is missing */
export function requestOf(choice: ResendChoice) {
  const { isMissing, destinationId, since, until, status, severities, errorCodes } = choice;
  if (since === '' || until === '' || since >= until) return null;
  const times = { since, until, ...(severities.length > 0 && { severities: [...severities].sort() }) };
  if (isMissing)
    return destinationId === '' ? null : { destinationId, ...times, status: ['missing' as const] };
  if (status.length === 0) return null;
  return {
    ...(destinationId && { destinationId }),
    ...times,
    status: [...status].sort(),
    ...(errorCodes.length > 0 && { errorCodes: [...errorCodes].sort() }),
  };
}
