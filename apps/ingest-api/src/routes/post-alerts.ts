import { type IngestSummary, postAlerts } from '@tocsin/contract';
import { defineRoute, type Route } from '@tocsin/http';
import type { AlertAcceptor } from '../accept-alerts.ts';

export interface PostAlertsDeps {
  acceptor: Pick<AlertAcceptor, 'accept'>;
  count(summary: IngestSummary): void;
}

/** Alerts in: one, an array, or NDJSON. */
export function createPostAlertsRoute({ acceptor, count }: PostAlertsDeps): Route {
  return defineRoute(postAlerts, async ({ rawBody, contentType, principal, lookedAt }) => {
    const summary = await acceptor.accept({ ...rawBody, contentType }, { sender: principal, lookedAt });
    count(summary);
    return summary;
  });
}
