import type { Metrics } from '@tocsin/service';
import type { Database } from '@tocsin/store';
import { createBoundedNames, OTHER } from './bounded-names.ts';
import { createLook } from './look.ts';
import { type DestinationNow, type DestinationsNow, readDestinations } from './read-destinations.ts';

/** So many destinations have time series of their own; the others are summed. */
const DESTINATIONS_MAX = 200;

/** One without attempts for so long gives its place to another. */
const IDLE_MS = 3_600_000;

const RESULTS = ['succeeded', 'failed'] as const;

/** What is measured of each destination. */
export function createDestinationMetrics({
  metrics,
  database,
}: {
  metrics: Metrics;
  database: Pick<Database, 'pool'>;
}) {
  measureDestinations(
    metrics,
    createLook(() => readDestinations(database, DESTINATIONS_MAX)),
  );
  const attempts = metrics.counter({
    name: 'tocsin_destination_attempts_total',
    help: `Attempts committed, by destination and result. At most ${DESTINATIONS_MAX} have their own, the rest is "${OTHER}".`,
    labelNames: ['destination_id', 'result'],
  });
  const names = createBoundedNames({
    max: DESTINATIONS_MAX,
    idleMs: IDLE_MS,
    onDropped: (destination_id) => {
      for (const result of RESULTS) attempts.remove({ destination_id, result });
    },
    now: () => performance.now(),
  });
  return {
    attempted(destinationId: string, result: (typeof RESULTS)[number]): void {
      attempts.inc({ destination_id: names.nameFor(destinationId), result });
    },
  };
}

function measureDestinations(metrics: Metrics, look: () => Promise<DestinationsNow | null>): void {
  function gauge(name: string, help: string, read: (one: DestinationNow) => number | null, other?: true) {
    metrics.gauge({
      name,
      help,
      labelNames: ['destination_id'],
      async collect() {
        const seen = await look();
        this.reset();
        for (const one of seen?.destinations ?? []) {
          const value = read(one);
          if (value !== null) this.set({ destination_id: one.id }, value);
        }
        if (seen !== null && other) this.set({ destination_id: OTHER }, seen.otherOpen);
      },
    });
  }
  const most = `Of the ${DESTINATIONS_MAX} that fail, or have the most open deliveries.`;
  gauge(
    'tocsin_destination_deliveries_open',
    `Deliveries that are not finished, by destination; those of all but ${DESTINATIONS_MAX} are "${OTHER}".`,
    ({ open }) => open,
    true,
  );
  gauge(
    'tocsin_destination_limit',
    `How many deliveries a destination gets at the same time. ${most}`,
    ({ limit }) => limit,
  );
  gauge(
    'tocsin_destination_circuit_open',
    `Whether the circuit of a destination is open: 1 or 0. ${most}`,
    ({ circuitOpen }) => Number(circuitOpen),
  );
  gauge(
    'tocsin_destination_success_ratio',
    `The share of its latest attempts that succeeded, 0 to 1. ${most}`,
    ({ successRatio }) => successRatio,
  );
  metrics.gauge({
    name: 'tocsin_circuits_open',
    help: 'Destinations whose circuit is open.',
    async collect() {
      const seen = await look();
      if (seen === null) this.remove();
      else this.set(seen.circuitsOpen);
    },
  });
  metrics.gauge({
    name: 'tocsin_destination_info',
    help: 'The names of destinations, to be joined by destination_id; always 1.',
    labelNames: ['destination_id', 'destination_name'],
    async collect() {
      const seen = await look();
      this.reset();
      for (const { id, name } of seen?.destinations ?? [])
        this.set({ destination_id: id, destination_name: name }, 1);
    },
  });
}
