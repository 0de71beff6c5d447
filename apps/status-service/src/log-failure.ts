import type { Logger } from 'pino';
import type { DeliveryRow } from './delivery-row.ts';

/** A delivery that ended for good, and why. */
export interface DeadDelivery {
  row: DeliveryRow;
  destinationName: string;
  reason: string;
}

/** One line for each delivery that failed for good, so that a log tells which ones they were. */
export function logFailure(log: Logger, { row, destinationName, reason }: DeadDelivery): void {
  log.error(
    {
      deliveryId: row.id,
      alertId: row.alertId,
      destinationId: row.destinationId,
      destinationName,
      reason,
      attempts: row.attempts,
    },
    'delivery failed for good',
  );
}
