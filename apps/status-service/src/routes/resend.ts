import { LIMITS, ProblemError, resendAlert, resendDelivery } from '@tocsin/contract';
import { defineRoute, type Route } from '@tocsin/http';
import { actorName } from '@tocsin/store';
import type { ResendRequest } from '../commit/apply-resend.ts';
import type { AlertsReader } from '../read/read-alerts.ts';
import type { DeliveriesReader } from '../read/read-deliveries.ts';

export interface ResendRoutesDeps {
  alerts: AlertsReader;
  deliveries: DeliveriesReader;
  /** Commits the new rounds and enqueues their jobs. @returns the deliveries' ids */
  resend: (request: ResendRequest) => Promise<string[]>;
}

/** Sending again: one delivery, an alert's failed ones, or an alert to chosen destinations. */
export function createResendRoutes({ alerts, deliveries, resend }: ResendRoutesDeps): Route[] {
  return [
    defineRoute(resendDelivery, async ({ params, principal, log }) => {
      const place = await deliveries.locate(params.id);
      if (place === null) throw new ProblemError('not_found', { detail: 'There is no such delivery.' });
      await resend({
        actor: principal,
        deliveryId: params.id,
        alertId: place.alertId,
        day: place.day,
        destinationIds: [place.destinationId],
      });
      const view = await deliveries.find(params.id);
      if (view === null) throw new ProblemError('not_found', { detail: 'There is no such delivery.' });
      const { id: deliveryId, alertId, destinationId, destinationName, round } = view;
      log.info(
        {
          event: 'delivery.resent',
          deliveryId,
          alertId,
          destinationId,
          destinationName,
          round,
          resentBy: actorName(principal),
        },
        'delivery resent',
      );
      return view;
    }),
    defineRoute(resendAlert, async ({ params, body, principal, log }) => {
      const place = await alerts.locate(params.alertId);
      if (place === null) throw new ProblemError('not_found', { detail: 'There is no such alert.' });
      if (!place.routed) {
        throw new ProblemError('delivery_in_progress', { detail: 'The alert is still being routed.' });
      }
      const deliveryIds = await resend({
        actor: principal,
        alertId: params.alertId,
        day: place.day,
        destinationIds: body.destinationIds ?? 'failed',
      });
      if (deliveryIds.length > 0) {
        const resentBy = actorName(principal);
        log.info(
          { event: 'alert.resent', alertId: params.alertId, deliveries: deliveryIds.length, resentBy },
          'alert resent',
        );
      }
      const shown = deliveryIds.toSorted().slice(0, LIMITS.pageItemsMax);
      return { deliveries: await deliveries.summaries(shown.map((id) => ({ day: place.day, id }))) };
    }),
  ];
}
