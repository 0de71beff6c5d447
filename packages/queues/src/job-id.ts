import { redashId, undashId } from './compact-id.ts';
import { QueueError } from './queue-error.ts';
import type { DeliveryRef } from './types.ts';

const WELL_FORMED = /^([^:\s]+)\.(\d+)\.(\d+)$/;

/**
 * The id of a delivery's job, `<delivery id>.<round>.<dispatch number>`, a UUID without its dashes and any other id behind a `~`.
 * It holds no `:` and is never only digits (BullMQ refuses both), and it is new with each dispatch number: an id whose
 * failed or completed job is still kept would silently not be added.
 * @throws QueueError `invalid_job` for a delivery id with a colon or white space, or a round or dispatch number that is
 * no count
 */
export function deliveryJobId({ deliveryId, round, dispatchNumber }: DeliveryRef): string {
  if (!/^[^:\s]+$/.test(deliveryId) || !isWhole(round) || !isWhole(dispatchNumber)) {
    throw new QueueError(
      'invalid_job',
      `no job id can be made from "${deliveryId}", ${round}, ${dispatchNumber}`,
    );
  }
  return `${undashId(deliveryId)}.${round}.${dispatchNumber}`;
}

/** The inverse of {@link deliveryJobId}. @throws QueueError `invalid_job` */
export function parseDeliveryJobId(jobId: string): DeliveryRef {
  const match = WELL_FORMED.exec(jobId);
  const deliveryId = match && redashId(match[1]!);
  if (!deliveryId) throw new QueueError('invalid_job', `not the id of a delivery job: "${jobId}"`);
  return { deliveryId, round: Number(match[2]), dispatchNumber: Number(match[3]) };
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
