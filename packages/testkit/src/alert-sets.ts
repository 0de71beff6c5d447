import { existsSync, readFileSync } from 'node:fs';

/** A destination in the form that `POST /v1/destinations` takes. */
export interface SetDestination {
  id: string;
  url: string;
  displayName: string;
  severities?: string[];
  alertTypes?: string[];
}

/** Alerts, and where the routing rules send them, worked out without the router. */
export interface AlertSet {
  /** Completes "37 …": `made-up alerts`. */
  what: string;
  /** One alert a line, in the form that `POST /v1/alerts` takes. */
  lines: string[];
  destinations: SetDestination[];
  expected: {
    totalDeliveries: number;
    /** How many alerts go to how many destinations. */
    alertsByFanout: Record<string, number>;
    /** `alertIdsSha256` is of the sorted alert ids, each followed by a newline. */
    perDestination: { id: string; displayName: string; deliveries: number; alertIdsSha256: string }[];
  };
}

const MADE_UP = new URL('../data/alerts/', import.meta.url);
/** Alerts of real detections, beside the checkout; we may not publish them. */
const REAL = new URL('../../../../shared/data/panther-alerts/', import.meta.url);

/** @returns the set that the repository has (`data/make-alerts.ts`), and the one beside it where that is there */
export function loadAlertSets(): AlertSet[] {
  const madeUp = readSet('made-up alerts', MADE_UP);
  if (!existsSync(REAL)) return [madeUp];
  const real = readSet('real alerts', REAL);
  return [madeUp, { ...real, destinations: real.destinations.map(asThen) }];
}

function readSet(what: string, folder: URL): AlertSet {
  const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
  return {
    what,
    lines: read('alerts.ndjson').trim().split('\n'),
    destinations: JSON.parse(read('destinations.json')),
    expected: JSON.parse(read('expected.json')),
  };
}

/**
 * The expected routing of the real alerts dates from when `SYSTEM_ERROR` ignored an empty list of severities too. Gives
 * such a destination the settings of the same meaning today.
 */
function asThen({ severities, ...rest }: SetDestination): SetDestination {
  if (severities === undefined) return rest;
  return severities.length > 0 ? { ...rest, severities } : { ...rest, alertTypes: ['SYSTEM_ERROR'] };
}
