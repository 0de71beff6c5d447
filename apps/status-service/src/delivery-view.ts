import { type DeliveryView, SEVERITIES } from '@tocsin/contract';
import type { AttemptsTable, DeliveriesTable } from '@tocsin/store';
import type { Selectable } from 'kysely';
import { waitingFor } from './waiting-for.ts';

/** What a view is made of, besides attempts and the alert's title. */
export interface DeliveryViewRow
  extends Pick<
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
    | 'failure_code'
    | 'next_attempt_at'
    | 'created_at'
    | 'updated_at'
  > {
  not_due_yet: boolean;
  destination_enabled: boolean;
}

/** A delivery as it is shown. */
export function toDeliveryView(
  row: DeliveryViewRow,
  alertTitle: string,
  attempts: Selectable<AttemptsTable>[],
): DeliveryView {
  return {
    id: row.id,
    alertId: row.alert_id,
    destinationId: row.destination_id,
    destinationName: row.destination_name,
    alertTitle,
    alertSeverity: SEVERITIES[row.severity_rank] as DeliveryView['alertSeverity'],
    status: row.status,
    waitingFor: waitingFor({
      status: row.status,
      queueState: row.queue_state,
      notDueYet: row.not_due_yet,
      destinationEnabled: row.destination_enabled,
    }),
    round: row.round,
    failureCode: row.failure_code,
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    attempts: attempts.map(toAttemptView),
  };
}

function toAttemptView(row: Selectable<AttemptsTable>): DeliveryView['attempts'][number] {
  const error =
    row.error_code === null
      ? null
      : {
          code: row.error_code as NonNullable<DeliveryView['attempts'][number]['error']>['code'],
          message: row.error_message ?? '',
        };
  return {
    round: row.round,
    number: row.number,
    trigger: row.trigger,
    startedAt: row.started_at.toISOString(),
    durationMs: row.duration_ms,
    timings: {
      dnsMs: row.dns_ms,
      connectMs: row.connect_ms,
      tlsMs: row.tls_ms,
      firstByteMs: row.first_byte_ms,
    },
    address: row.address,
    repeated: row.repeated,
    statusCode: row.status_code,
    responseBody: row.response_body?.toString('utf8') ?? null,
    responseTruncated: row.response_truncated,
    responseContentType: row.response_content_type,
    location: row.location,
    error,
  };
}
