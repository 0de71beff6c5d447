import type { IngestSummary } from '@tocsin/contract';
import type { Metrics } from '@tocsin/runtime';
import type { AlertAcceptor } from './accept-alerts.ts';

export function createIngestMetrics(metrics: Metrics, acceptor: Pick<AlertAcceptor, 'pending'>) {
  const alerts = metrics.counter({
    name: 'tocsin_alerts_total',
    help: 'Alerts received, by result: accepted, duplicate, rejected.',
    labelNames: ['result'],
  });
  metrics.gauge({
    name: 'tocsin_alerts_storing',
    help: 'Alerts that were received and wait for their insert to be committed.',
    collect() {
      this.set(acceptor.pending());
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
