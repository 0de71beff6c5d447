import type { Metrics } from '@tocsin/service';
import type { Outcome, Verdict } from '@tocsin/status-gateway';
import type { Database } from '@tocsin/store';

/** Counts what is committed; what waits is read from Postgres at each scrape. */
export function createStatusMetrics(metrics: Metrics, database: Database) {
  const attempts = metrics.counter({
    name: 'tocsin_attempts_total',
    help: 'Attempts committed, by result: succeeded, or the code of the error.',
    labelNames: ['result'],
  });
  const ended = metrics.counter({
    name: 'tocsin_deliveries_failed_total',
    help: 'Deliveries that failed.',
  });
  metrics.gauge({
    name: 'tocsin_deliveries_open',
    help: 'Deliveries that are not finished: waiting in Postgres, queued or in flight, in their backoff delay.',
    labelNames: ['state'],
    async collect() {
      // The other metrics are wanted most when the database is unavailable.
      const { rows } = await database.pool
        .query<{ waiting: number; queued: number; delayed: number }>(
          `SELECT coalesce(sum(waiting), 0)::float8 AS waiting, coalesce(sum(queued), 0)::float8 AS queued,
           coalesce(sum(delayed), 0)::float8 AS delayed FROM destination_health`,
        )
        .catch(() => ({ rows: [] }));
      for (const [state, count] of Object.entries(rows[0] ?? {})) this.set({ state }, count as number);
    },
  });
  return {
    failed(count: number): void {
      ended.inc(count);
    },
    outcomes(outcomes: Outcome[], verdicts: Verdict[]): void {
      outcomes.forEach((outcome, index) => {
        const kind = verdicts[index]?.kind;
        if (outcome.kind !== 'attempted' || kind === 'superseded') return;
        attempts.inc({ result: outcome.result.error?.code ?? 'succeeded' });
      });
    },
  };
}
