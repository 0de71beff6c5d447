import type { IngestSummary } from '@tocsin/contract';
import type { Metrics } from '@tocsin/service';
import type { AlertAcceptor } from './accept-alerts.ts';
import type { LargeBodies } from './large-bodies.ts';

export interface IngestMetricsDeps {
  acceptor: Pick<AlertAcceptor, 'pending'>;
  largeBodies: Pick<LargeBodies, 'pending'>;
}

export function createIngestMetrics(metrics: Metrics, { acceptor, largeBodies }: IngestMetricsDeps) {
  const alerts = metrics.counter({
    name: 'tocsin_alerts_total',
    help: 'Alerts received, by result: accepted, duplicate, rejected.',
    labelNames: ['result'],
  });
  metrics.gauge({
    name: 'tocsin_alerts_storing',
    help: 'Alerts that were received and wait for their insert to be committed, without those of large bodies.',
    collect() {
      this.set(acceptor.pending());
    },
  });
  metrics.gauge({
    name: 'tocsin_large_bodies_storing',
    help: 'Large or compressed bodies that were received and wait to be read and stored.',
    collect() {
      this.set(largeBodies.pending());
    },
  });
  return {
    count({ accepted, duplicates, rejected }: IngestSummary): void {
      alerts.inc({ result: 'accepted' }, accepted);
      alerts.inc({ result: 'duplicate' }, duplicates);
      alerts.inc({ result: 'rejected' }, rejected);
    },
  };
}
