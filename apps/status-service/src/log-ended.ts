import type { Logger } from 'pino';
import type { EndedDelivery } from './commit/ledger.ts';

/** Deliveries that ended without success. */
export function logEnded(log: Logger, ended: EndedDelivery[]): void {
  for (const one of ended) if (one.row.status === 'failed') logFailure(log, one);
  logCancelled(
    log,
    ended.filter(({ row }) => row.status === 'cancelled'),
  );
}

/** One line for each delivery that failed, so that the log names every one. */
function logFailure(log: Logger, { row, destinationName, reason }: EndedDelivery): void {
  log.error(
    {
      event: 'delivery.failed',
      deliveryId: row.id,
      alertId: row.alertId,
      destinationId: row.destinationId,
      destinationName,
      errorCode: row.failureCode,
      reason,
      round: row.round,
      attempts: row.attempts,
    },
    'delivery failed',
  );
}

/** One line for each destination whose open deliveries were cancelled, since it was deleted: there may be thousands. */
function logCancelled(log: Logger, cancelled: EndedDelivery[]): void {
  for (const [destinationId, ended] of Map.groupBy(cancelled, ({ row }) => row.destinationId)) {
    const destinationName = ended[0]?.destinationName;
    log.info(
      { event: 'delivery.cancelled', destinationId, destinationName, deliveries: ended.length },
      'deliveries cancelled: their destination was deleted',
    );
  }
}
