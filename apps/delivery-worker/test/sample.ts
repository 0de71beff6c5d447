import type { AttemptResult } from '@tocsin/contract';
import type { Outcome } from '@tocsin/status-gateway';
import type { Database } from '@tocsin/store';

/** A database that answers every query with what `answer` returns. */
export function databaseAnswering(
  answer: (parameters: unknown[]) => object[] | Promise<object[]>,
): Database & { queries: unknown[][] } {
  const queries: unknown[][] = [];
  const pool = {
    query: async ({ values }: { values: unknown[] }) => {
      queries.push(values);
      return { rows: await answer(values) };
    },
  };
  const outage = { answerOf: (call: () => unknown) => call() };
  return { pool, outage, queries } as unknown as Database & { queries: unknown[][] };
}

export const SUCCEEDED: AttemptResult = {
  startedAt: '2026-07-01T00:00:00.000Z',
  durationMs: 1,
  timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
  address: '203.0.113.7:443',
  statusCode: 200,
  responseBody: 'yes',
  responseTruncated: false,
  repeated: false,
  location: null,
  responseContentType: null,
  retryAfterMs: null,
  error: null,
};

/** The outcome of the n-th delivery. */
export const outcomeOf = (n: number): Outcome => ({
  kind: 'attempted',
  deliveryId: `delivery-${n}`,
  day: '2026-07-01',
  destinationId: 'destination',
  round: 1,
  dispatchNumber: 1,
  number: 1,
  result: SUCCEEDED,
});
