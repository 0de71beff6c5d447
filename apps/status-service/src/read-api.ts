import {
  getAlert,
  getDelivery,
  getResend,
  getStats,
  listAlerts,
  listDeliveries,
  listResends,
  ProblemError,
} from '@tocsin/contract';
import { defineRoute, type HttpPart } from '@tocsin/http';
import { type Database, databaseProblem } from '@tocsin/store';
import { createAlertsReader } from './read/read-alerts.ts';
import { createDeliveriesReader } from './read/read-deliveries.ts';
import { createResendsReader } from './resends/read-bulk-resends.ts';
import { createStatsReader } from './statistics/read-stats.ts';

function found<T>(value: T | null, what: string): T {
  if (value === null) throw new ProblemError('not_found', { detail: `There is no such ${what}.` });
  return value;
}

/** The read API: lists by cursor, single items in full, and counts over time. It needs only the database. */
export function createReadApi({ reads }: { reads: Database }): HttpPart {
  const deliveries = createDeliveriesReader(reads);
  const alerts = createAlertsReader(reads, deliveries);
  const resends = createResendsReader(reads);
  const stats = createStatsReader(reads);
  return {
    routes: [
      defineRoute(listAlerts, ({ query }) => alerts.list(query)),
      defineRoute(getAlert, async ({ params, query }) =>
        found(await alerts.find(params.alertId, query.cursor), 'alert'),
      ),
      defineRoute(listDeliveries, ({ query }) => deliveries.list(query)),
      defineRoute(getDelivery, async ({ params, query }) =>
        found(await deliveries.find(params.id, query.cursor), 'delivery'),
      ),
      defineRoute(listResends, async () => ({ items: await resends.list() })),
      defineRoute(getResend, async ({ params }) => found(await resends.find(params.id), 'bulk resend')),
      defineRoute(getStats, ({ query }) => stats.read(query)),
    ],
    mapError: databaseProblem,
    readiness: async () => ({}),
  };
}
