import type { Logger } from 'pino';
import type { DeliveryRow } from './delivery-row.ts';

/** A delivery that ended without success, and why. */
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
      errorCode: row.failureCode,
      reason,
      round: row.round,
      attempts: row.attempts,
    },
    'delivery failed for good',
  );
}

/** One line for each destination whose open deliveries were cancelled, since it was deleted: there may be thousands. */
export function logCancelled(log: Logger, cancelled: DeadDelivery[]): void {
  for (const [destinationId, ended] of Map.groupBy(cancelled, ({ row }) => row.destinationId)) {
    const destinationName = ended[0]?.destinationName;
    log.info(
      { destinationId, destinationName, deliveries: ended.length },
      'deliveries cancelled: their destination was deleted',
    );
  }
}
