import type { AttemptResult } from '@tocsin/contract';
import { type Microseconds, type Transaction, timeOfMicroseconds } from '@tocsin/store';
import { addHistogram, binOf, DELAY_BINS, type DelayHistogram, emptyHistogram } from './delay-histogram.ts';
import { EVERYTHING, GRANULARITIES, MINUTE, MINUTES_KEPT_SECONDS, STRIPES } from './granularities.ts';
import { RESPONSE_BINS, responseBinOf } from './response-histogram.ts';

/*
 * Both statements run last in their transaction and lock their rows in the same order, so that commits never wait for
 * one another in a circle: nothing else is locked once a row of everything's counts is held, and a destination's rows
 * are written under that destination's lock alone. The widest bucket comes first. Otherwise a commit that has counted alerts
 * of an earlier minute would hold the day and wait for this minute, while one that holds this minute waits for the day.
 */

const STRIPE = `CASE WHEN c.everything THEN 1 + pg_backend_pid() % ${STRIPES} ELSE 0 END`;

const GRANULARITY = `(VALUES ${GRANULARITIES.map((seconds) => `(${seconds})`).join(', ')}) AS g(seconds)`;

const bucketOf = (time: string) => `date_bin(g.seconds * interval '1 second', ${time}, timestamptz 'epoch')`;

/** Element by element, written out: that is several times as fast as unnesting both arrays. */
const ADDED_DELAYS = Array.from(
  { length: DELAY_BINS },
  (_, bin) => `s.delays[${bin + 1}] + excluded.delays[${bin + 1}]`,
).join(', ');

const ADDED_RESPONSES = Array.from(
  { length: RESPONSE_BINS },
  (_, bin) => `s.responses[${bin + 1}] + excluded.responses[${bin + 1}]`,
).join(', ');

/** Response times are counted in destinations' minutes alone. */
const COUNT_OUTCOMES = `
INSERT INTO stats_buckets AS s (granularity, destination_id, stripe, bucket, succeeded, failed, failed_attempts, delays,
  responses)
SELECT g.seconds, c.id, ${STRIPE}, ${bucketOf('now()')}, c.succeeded, c.failed, c."failedAttempts",
  c.delays::integer[], CASE WHEN g.seconds = ${MINUTE} AND NOT c.everything THEN c.responses::integer[] END
FROM json_to_recordset($1::json) AS c(
  id uuid, everything boolean, succeeded integer, failed integer, "failedAttempts" integer, delays text,
  responses text)
CROSS JOIN ${GRANULARITY}
ORDER BY 1 DESC, 3, 2
ON CONFLICT (granularity, destination_id, stripe, bucket) DO UPDATE SET
  succeeded = s.succeeded + excluded.succeeded,
  failed = s.failed + excluded.failed,
  failed_attempts = s.failed_attempts + excluded.failed_attempts,
  delays = CASE
    WHEN excluded.delays IS NULL THEN s.delays
    WHEN s.delays IS NULL THEN excluded.delays
    ELSE ARRAY[${ADDED_DELAYS}]
  END,
  responses = CASE
    WHEN excluded.responses IS NULL THEN s.responses
    WHEN s.responses IS NULL THEN excluded.responses
    ELSE ARRAY[${ADDED_RESPONSES}]
  END`;

interface OutcomeCounts {
  succeeded: number;
  failed: number;
  failedAttempts: number;
  delays: DelayHistogram | null;
  responses: number[] | null;
}

/** Collects what a transaction makes of deliveries, and adds it to the buckets of the moment. */
export function createOutcomeCounts() {
  const byDestination = new Map<string, OutcomeCounts>();

  function of(destinationId: string): OutcomeCounts {
    let counts = byDestination.get(destinationId);
    if (counts === undefined) {
      counts = { succeeded: 0, failed: 0, failedAttempts: 0, delays: null, responses: null };
      byDestination.set(destinationId, counts);
    }
    return counts;
  }

  return {
    attempted(destinationId: string, result: AttemptResult): void {
      const counts = of(destinationId);
      if (result.error !== null) counts.failedAttempts += 1;
      const bin = responseBinOf(result);
      if (bin === null) return;
      counts.responses ??= new Array<number>(RESPONSE_BINS).fill(0);
      counts.responses[bin] = (counts.responses[bin] ?? 0) + 1;
    },
    /** @param delayMs from the alert's receipt until now; null where it took more than the first round */
    succeeded(destinationId: string, delayMs: number | null): void {
      const counts = of(destinationId);
      counts.succeeded += 1;
      if (delayMs === null) return;
      counts.delays ??= emptyHistogram();
      const bin = binOf(delayMs);
      counts.delays[bin] = (counts.delays[bin] ?? 0) + 1;
    },
    failed(destinationId: string): void {
      of(destinationId).failed += 1;
    },
    /** The destinations must be locked. To be called last in the transaction. */
    async store(client: Transaction): Promise<void> {
      if (byDestination.size === 0) return;
      const rows = [...byDestination].map(([id, counts]) => toRow(id, false, counts));
      const everything = toRow(EVERYTHING, true, sumOf(byDestination.values()));
      await client.query({
        name: 'count outcomes',
        text: COUNT_OUTCOMES,
        values: [JSON.stringify([everything, ...rows])],
      });
    },
  };
}

/** Histograms as Postgres writes arrays, which it reads faster than those of JSON. */
function toRow(id: string, everything: boolean, { delays, responses, ...counts }: OutcomeCounts) {
  const arrayOf = (histogram: number[] | null) => (histogram === null ? null : `{${histogram.join()}}`);
  return { id, everything, ...counts, delays: arrayOf(delays), responses: arrayOf(responses) };
}

function sumOf(all: Iterable<OutcomeCounts>): OutcomeCounts {
  const sum: OutcomeCounts = { succeeded: 0, failed: 0, failedAttempts: 0, delays: null, responses: null };
  for (const counts of all) {
    sum.succeeded += counts.succeeded;
    sum.failed += counts.failed;
    sum.failedAttempts += counts.failedAttempts;
    if (counts.delays === null) continue;
    sum.delays ??= emptyHistogram();
    addHistogram(sum.delays, counts.delays);
  }
  return sum;
}

/** An alert whose plan is committed: when it was received, and where it goes. */
export interface PlannedAlert {
  receivedAt: Microseconds;
  destinationIds: Iterable<string>;
}

const RECEIVED_AT = timeOfMicroseconds('c."receivedAt"');

/** By the time of receipt. If that is long ago, its minute was pruned, and must not come back. */
const COUNT_ACCEPTED = `
INSERT INTO stats_buckets AS s (granularity, destination_id, stripe, bucket, accepted)
SELECT g.seconds, c.id, ${STRIPE}, ${bucketOf(RECEIVED_AT)}, sum(c.alerts)
FROM json_to_recordset($1::json) AS c(id uuid, everything boolean, "receivedAt" bigint, alerts integer)
CROSS JOIN ${GRANULARITY}
WHERE g.seconds > ${MINUTE} OR ${RECEIVED_AT} > now() - interval '${MINUTES_KEPT_SECONDS} seconds'
GROUP BY 1, 2, 3, 4
ORDER BY 1 DESC, 3, 2, 4
ON CONFLICT (granularity, destination_id, stripe, bucket) DO UPDATE SET accepted = s.accepted + excluded.accepted`;

/**
 * Counts alerts as accepted, all together and for each destination that they go to. The destinations must be locked. To
 * be called last in the transaction.
 */
export async function countAccepted(client: Transaction, alerts: PlannedAlert[]): Promise<void> {
  if (alerts.length === 0) return;
  const counts = new Map<
    string,
    { id: string; everything: boolean; receivedAt: Microseconds; alerts: number }
  >();
  const count = (id: string, everything: boolean, receivedAt: Microseconds) => {
    const key = `${everything}/${id}/${receivedAt}`;
    const entry = counts.get(key);
    if (entry === undefined) counts.set(key, { id, everything, receivedAt, alerts: 1 });
    else entry.alerts += 1;
  };
  for (const { receivedAt, destinationIds } of alerts) {
    count(EVERYTHING, true, receivedAt);
    for (const id of new Set(destinationIds)) count(id, false, receivedAt);
  }
  await client.query({
    name: 'count accepted',
    text: COUNT_ACCEPTED,
    values: [JSON.stringify([...counts.values()])],
  });
}
