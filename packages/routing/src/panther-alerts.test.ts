import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  alertInputSchema,
  type DestinationInput,
  destinationInputSchema,
  routingFactsOf,
  SEVERITIES,
} from '@tocsin/contract';
import { createRoutingIndex, decide } from './index.ts';

const FOLDER = new URL('../../../../shared/data/panther-alerts/', import.meta.url);
const isPresent = existsSync(FOLDER);
if (!isPresent)
  process.stderr.write(
    'Skipped: routing of the 1,133 real alerts; ../shared/data/panther-alerts is not here.\n',
  );

const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

interface Expected {
  totalDeliveries: number;
  alertsByFanout: Record<string, number>;
  perDestination: { id: string; deliveries: number; alertIdsSha256: string }[];
}

/**
 * When the answer was computed, `SYSTEM_ERROR` ignored an empty list of severities too. Such a destination, in the
 * settings that mean the same today.
 */
function asThen(destination: Omit<DestinationInput, 'id'>): Omit<DestinationInput, 'id'> {
  if (destination.severities.length > 0) return destination;
  return { ...destination, severities: [...SEVERITIES], alertTypes: ['SYSTEM_ERROR'] };
}

(isPresent ? describe : describe.skip)('the 1,133 real alerts', () => {
  test('go where two independent programs say they go', () => {
    const destinations = (JSON.parse(read('destinations.json')) as unknown[]).map((entry) => {
      const { id, ...rest } = destinationInputSchema.parse(entry);
      return { id: id ?? '', ...asThen(rest) };
    });
    const index = createRoutingIndex(destinations);
    const alertIds = new Map(destinations.map(({ id }) => [id, [] as string[]]));
    const byFanout: Record<string, number> = {};
    const lines = read('alerts.ndjson').split('\n').filter(Boolean);
    for (const line of lines) {
      const alert = alertInputSchema.parse(JSON.parse(line));
      const { destinationIds } = decide(index, routingFactsOf(alert));
      byFanout[destinationIds.length] = (byFanout[destinationIds.length] ?? 0) + 1;
      for (const id of destinationIds) alertIds.get(id)?.push(alert.alertId ?? '');
    }
    const expected = JSON.parse(read('expected.json')) as Expected;
    expect(lines).toHaveLength(1_133);
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
  });
});
