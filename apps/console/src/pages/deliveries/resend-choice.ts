import type { Schemas } from '../../api/client.ts';
import type { View } from './views.ts';

export type ClosedStatus = Schemas['BulkResend']['status'][number];

/** States in which a delivery can be sent again. */
export const CLOSED: readonly ClosedStatus[] = ['failed', 'cancelled', 'succeeded'];

/** What is to be sent again, as it is chosen. */
export interface ResendChoice {
  destinationId: string;
  since: string;
  until: string;
  status: ClosedStatus[];
}

const DAY_MS = 86_400_000;

/** @returns what the list shows now; where it shows no ended state or no time, what failed within a day */
export function initialChoice(
  shown: { destinationId: string; since: string; until: string; view: View },
  nowMs: number,
): ResendChoice {
  const status = CLOSED.filter((one) => (shown.view.status as readonly string[]).includes(one));
  return {
    destinationId: shown.destinationId,
    since: shown.since || new Date(nowMs - DAY_MS).toISOString(),
    until: shown.until || new Date(nowMs).toISOString(),
    status: status.length > 0 ? status : ['failed'],
  };
}

/** @returns the request that a choice asks for; null while something is missing */
export function requestOf(choice: ResendChoice) {
  const { destinationId, since, until, status } = choice;
  if (since === '' || until === '' || status.length === 0 || since >= until) return null;
  return { ...(destinationId && { destinationId }), since, until, status: [...status].sort() };
}
