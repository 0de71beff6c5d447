import { getAlert, getDelivery, listAlerts, listDeliveries, ProblemError } from '@tocsin/contract';
import { defineRoute, type Route } from '@tocsin/runtime';
import type { AlertsReader } from '../reading/read-alerts.ts';
import type { DeliveriesReader } from '../reading/read-deliveries.ts';

export interface ReadRoutesDeps {
  alerts: AlertsReader;
  deliveries: DeliveriesReader;
}

function found<T>(value: T | null, what: string): T {
  if (value === null) throw new ProblemError('not_found', { detail: `There is no such ${what}.` });
  return value;
}

/** The read API: lists by cursor, and one of each with everything. */
export function createReadRoutes({ alerts, deliveries }: ReadRoutesDeps): Route[] {
  return [
    defineRoute(listAlerts, ({ query }) => alerts.list(query)),
    defineRoute(getAlert, async ({ params, query }) =>
      found(await alerts.find(params.alertId, query.cursor), 'alert'),
    ),
    defineRoute(listDeliveries, ({ query }) => deliveries.list(query)),
    defineRoute(getDelivery, async ({ params, query }) =>
      found(await deliveries.find(params.id, query.cursor), 'delivery'),
    ),
  ];
}
