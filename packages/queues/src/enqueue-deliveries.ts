import { createFailureLog } from '@tocsin/outage';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { isQueueUnavailable } from './queue-outage.ts';
import type { Producer, QueueLog } from './types.ts';

export interface DeliveryEnqueuerDeps {
  queues: Pick<Producer, 'enqueueDeliveries'>;
  log: QueueLog;
  /** Called with how many deliveries could not be enqueued. */
  onFailed?: (count: number) => void;
}

/**
 * Enqueues deliveries whose release is committed. It never rejects: what cannot be enqueued has a lease that expires, and
 * the dispatcher releases it again.
 */
export function createDeliveryEnqueuer({ queues, log, onFailed }: DeliveryEnqueuerDeps) {
  const failures = createFailureLog({
    failing: {
      event: 'delivery.enqueue_failed',
      message: 'could not enqueue deliveries; the dispatcher will',
    },
    working: { event: 'delivery.enqueue_resumed', message: 'deliveries are enqueued again' },
    isKnown: isQueueUnavailable,
    log,
  });
  return async (deliveries: DispatchedDelivery[]): Promise<void> => {
    if (deliveries.length === 0) return;
    try {
      await queues.enqueueDeliveries(deliveries);
      failures.succeeded();
    } catch (error) {
      onFailed?.(deliveries.length);
      failures.failed(error, { deliveries: deliveries.length });
    }
  };
}
