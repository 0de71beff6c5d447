import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Recorded } from '@tocsin/testkit';

const FOLDER = path.resolve(import.meta.dirname, '../../../../shared/data/panther-alerts');

interface Expectation {
  totalDeliveries: number;
  perDestination: { id: string; displayName: string; deliveries: number; alertIdsSha256: string }[];
}

interface PantherDestination {
  id: string;
  url: string;
  displayName: string;
  severities?: string[];
  alertTypes?: string[];
}

export interface PantherAlerts {
  /** One alert a line. */
  lines: string[];
  destinations: PantherDestination[];
  expected: Expectation;
}

/** 1,133 real alerts and where they have to go; null, with a word about it, where they are not at hand. */
export function loadPantherAlerts(): PantherAlerts | null {
  if (!existsSync(FOLDER)) {
    process.stdout.write(`skipped: there are no alerts to send in ${FOLDER}\n`);
    return null;
  }
  const read = (name: string) => readFileSync(path.join(FOLDER, name), 'utf8');
  return {
    lines: read('alerts.ndjson').trim().split('\n'),
    destinations: (JSON.parse(read('destinations.json')) as PantherDestination[]).map(asThen),
    expected: JSON.parse(read('expected.json')),
  };
}

/**
 * When the answer was computed, `SYSTEM_ERROR` ignored an empty list of severities too. Such a destination, in the
 * settings that mean the same today.
 */
function asThen({ severities, ...rest }: PantherDestination): PantherDestination {
  if (severities === undefined) return rest;
  return severities.length > 0 ? { ...rest, severities } : { ...rest, alertTypes: ['SYSTEM_ERROR'] };
}

/** The path that a destination has at the receiver. */
export function receiverPath(destination: { url: string }): string {
  return new URL(destination.url).pathname;
}

/** What each destination received, in the form of the expectation: alert ids, each once, sorted and hashed. */
export function summariseReceived(requests: readonly Recorded[], { destinations, expected }: PantherAlerts) {
  return expected.perDestination.map(({ id, displayName }) => {
    const destination = destinations.find((candidate) => candidate.id === id);
    const here = requests.filter((request) => destination && request.path === receiverPath(destination));
    const ids = new Set(here.map((request) => JSON.parse(request.body.toString()).alertId as string));
    const text = [...ids].sort().map((alertId) => `${alertId}\n`);
    return {
      id,
      displayName,
      deliveries: ids.size,
      alertIdsSha256: createHash('sha256').update(text.join('')).digest('hex'),
    };
  });
}
