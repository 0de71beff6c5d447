import { getAlert, getDelivery, listAlerts, listDeliveries, ProblemError } from '@tocsin/contract';
import { defineRoute, type Route } from '@tocsin/runtime';
import type { AlertsReader } from '../read-alerts.ts';
import type { DeliveriesReader } from '../read-deliveries.ts';

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
    defineRoute(getAlert, async ({ params }) => found(await alerts.find(params.alertId), 'alert')),
    defineRoute(listDeliveries, ({ query }) => deliveries.list(query)),
    defineRoute(getDelivery, async ({ params }) => found(await deliveries.find(params.id), 'delivery')),
  ];
}
