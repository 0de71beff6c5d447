import { SEVERITIES, type Severity } from '@tocsin/contract';
import type { Producer } from '@tocsin/queues';
import type { Metrics } from '@tocsin/service';
import type { Outcome, Verdict } from '@tocsin/status-gateway';
import type { Database } from '@tocsin/store';
import { oldestDue } from '../backlog/read-backlogs.ts';
import type { EndedDelivery } from '../commit/ledger.ts';
import { BACKLOG_REASONS, type BacklogReason } from '../delivery/backlog-reason.ts';
import { createDestinationMetrics } from './destination-metrics.ts';
import { createLook } from './look.ts';

export interface StatusMetricsDeps {
  metrics: Metrics;
  database: Pick<Database, 'pool'>;
  queues: Pick<Producer, 'room' | 'depths'>;
  /** At how many destinations due deliveries wait, by reason; null where that cannot be read. */
  backlogs: () => Promise<Map<BacklogReason, number> | null>;
}

/** Counts what is committed; what waits is read at each scrape. */
export function createStatusMetrics(deps: StatusMetricsDeps) {
  const { metrics } = deps;
  const attempts = metrics.counter({
    name: 'tocsin_attempts_total',
    help: 'Attempts committed, by result: succeeded, or the code of the error.',
    labelNames: ['result'],
  });
  const failed = metrics.counter({
    name: 'tocsin_deliveries_failed_total',
    help: 'Deliveries that failed.',
    labelNames: ['severity'],
  });
  const corrected = metrics.counter({
    name: 'tocsin_counts_corrected_total',
    help: 'Destinations and alerts whose counts were not those of their deliveries, and were corrected.',
    labelNames: ['of'],
  });
  for (const severity of SEVERITIES) failed.inc({ severity }, 0);
  const destinations = createDestinationMetrics(deps);
  measureBacklogs(deps);
  measureQueues(deps);
  return {
    ended(deliveries: EndedDelivery[]): void {
      for (const { row } of deliveries)
        if (row.status === 'failed') failed.inc({ severity: SEVERITIES[row.severityRank] as Severity });
    },
    corrected(of: 'destination' | 'alert'): void {
      corrected.inc({ of });
    },
    outcomes(outcomes: Outcome[], verdicts: Verdict[]): void {
      outcomes.forEach((outcome, index) => {
        const kind = verdicts[index]?.kind;
        if (outcome.kind !== 'attempted' || kind === 'superseded') return;
        const { error } = outcome.result;
        attempts.inc({ result: error?.code ?? 'succeeded' });
        destinations.attempted(outcome.destinationId, error === null ? 'succeeded' : 'failed');
      });
    },
  };
}

/** Where something cannot be read, its gauge has no value: the others are wanted most just then. */
function measureBacklogs({ metrics, database, backlogs }: StatusMetricsDeps): void {
  const open = createLook(() => countOpen(database));
  const oldest = createLook(() => oldestDue(database));
  metrics.gauge({
    name: 'tocsin_deliveries_open',
    help: 'Deliveries that are not finished: waiting in Postgres, queued or in flight, in their backoff delay.',
    labelNames: ['state'],
    async collect() {
      const counts = await open();
      this.reset();
      for (const [state, count] of Object.entries(counts ?? {})) this.set({ state }, count);
    },
  });
  metrics.gauge({
    name: 'tocsin_backlogs',
    help: 'Destinations whose due deliveries wait in Postgres, by the reason: disabled, paused, queues, circuit, rate_limit, limit.',
    labelNames: ['reason'],
    async collect() {
      const counts = await backlogs();
      this.reset();
      if (counts === null) return;
      for (const reason of BACKLOG_REASONS) this.set({ reason }, counts.get(reason) ?? 0);
    },
  });
  metrics.gauge({
    name: 'tocsin_backlog_oldest_due_seconds',
    help: 'For how long the oldest due delivery of a severity has been waiting in Postgres, at destinations that are neither paused nor disabled.',
    labelNames: ['severity'],
    async collect() {
      const seconds = (await oldest()) ?? [];
      this.reset();
      for (const [rank, age] of seconds.entries()) this.set({ severity: SEVERITIES[rank] as Severity }, age);
    },
  });
}

type OpenCounts = Record<'waiting' | 'queued' | 'delayed', number>;

async function countOpen({ pool }: Pick<Database, 'pool'>): Promise<OpenCounts> {
  const { rows } = await pool.query<OpenCounts>(
    `SELECT coalesce(sum(waiting), 0)::float8 AS waiting, coalesce(sum(queued), 0)::float8 AS queued,
       coalesce(sum(delayed), 0)::float8 AS delayed FROM destination_health`,
  );
  return rows[0] as OpenCounts;
}

function measureQueues({ metrics, queues }: StatusMetricsDeps): void {
  const look = createLook(() => queues.depths());
  metrics.gauge({
    name: 'tocsin_queues_full',
    help: 'Whether Redis is above its share of memory, so that nothing more is enqueued: 1 or 0.',
    async collect() {
      this.set((await queues.room()) === 'full' ? 1 : 0);
    },
  });
  metrics.gauge({
    name: 'tocsin_queue_jobs',
    help: 'Jobs in the queues, by state: waiting, active, delayed, failed.',
    labelNames: ['queue', 'state'],
    async collect() {
      const depths = await look();
      this.reset();
      for (const { queue, ...counts } of depths ?? [])
        for (const [state, count] of Object.entries(counts)) this.set({ queue, state }, count);
    },
  });
}
