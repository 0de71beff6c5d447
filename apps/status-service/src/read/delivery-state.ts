import { type DeliveryItem, type DestinationState, SEVERITIES } from '@tocsin/contract';
import type { DeliveriesTable } from '@tocsin/store';
import type { Selectable } from 'kysely';
import type { BacklogFacts } from '../delivery/backlog-reason.ts';
import { waitingFor } from './waiting-for.ts';

/** What a delivery is shown by, besides attempts and the alert's title. */
export interface DeliveryViewRow
  extends BacklogFacts,
    Pick<
      Selectable<DeliveriesTable>,
      | 'received_day'
      | 'id'
      | 'alert_id'
      | 'destination_id'
      | 'destination_name'
      | 'severity_rank'
      | 'status'
      | 'queue_state'
      | 'round'
      | 'attempts'
      | 'failure_code'
      | 'next_attempt_at'
      | 'created_at'
      | 'updated_at'
    > {
  not_due_yet: boolean;
  destination_state: DestinationState;
}

/** A delivery as it is shown, but for its attempts. */
export function toDeliveryState(row: DeliveryViewRow, alertTitle: string): Omit<DeliveryItem, 'lastAttempt'> {
  return {
    id: row.id,
    alertId: row.alert_id,
    destinationId: row.destination_id,
    destinationName: row.destination_name,
    destinationState: row.destination_state,
    alertTitle,
    alertSeverity: SEVERITIES[row.severity_rank] as DeliveryItem['alertSeverity'],
    status: row.status,
    waitingFor: waitingFor({ ...row, queueState: row.queue_state, notDueYet: row.not_due_yet }),
    round: row.round,
    failureCode: row.failure_code,
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    attemptCount: row.attempts,
  };
}
