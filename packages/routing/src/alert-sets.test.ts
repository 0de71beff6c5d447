import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { alertInputSchema, destinationInputSchema, routingFactsOf } from '@tocsin/contract';
import { loadAlertSets } from '@tocsin/testkit';
import { createRoutingIndex, decide } from './index.ts';

test.each(loadAlertSets().map((set) => [set.lines.length, set.what, set] as const))(
  'the %i %s go where independent programs say they go',
  (_count, _what, set) => {
    const destinations = set.destinations.map((entry) => {
      const { id, ...rest } = destinationInputSchema.parse(entry);
      return { id: id ?? '', ...rest };
    });
    const index = createRoutingIndex(destinations);
    const alertIds = new Map(destinations.map(({ id }) => [id, [] as string[]]));
    const byFanout: Record<string, number> = {};
    for (const line of set.lines) {
      const alert = alertInputSchema.parse(JSON.parse(line));
      const { destinationIds } = decide(index, routingFactsOf(alert));
      byFanout[destinationIds.length] = (byFanout[destinationIds.length] ?? 0) + 1;
      for (const id of destinationIds) alertIds.get(id)?.push(alert.alertId ?? '');
    }
    const { expected } = set;
    expect(byFanout).toEqual(expected.alertsByFanout);
    expect([...alertIds.values()].flat()).toHaveLength(expected.totalDeliveries);
    for (const { id, deliveries, alertIdsSha256 } of expected.perDestination) {
      const ids = (alertIds.get(id) ?? []).sort();
      const hash = createHash('sha256').update(ids.map((alertId) => `${alertId}\n`).join(''));
      expect({ id, deliveries: ids.length, hash: hash.digest('hex') }).toEqual({
        id,
        deliveries,
        hash: alertIdsSha256,
      });
    }
  },
);
