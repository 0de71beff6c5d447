import { type AttemptView, LIMITS } from '@tocsin/contract';
import type { AttemptsTable } from '@tocsin/store';
import { type RawBuilder, type Selectable, sql } from 'kysely';

/** An attempt without the bytes of its answer, which a reader adds as far as it needs them. */
export type AttemptRow = Omit<Selectable<AttemptsTable>, 'response_body'> & { response_body: Buffer | null };

/** The columns of an attempt `t`, with its whole answer or its beginning. */
export const attemptColumns = (body: RawBuilder<unknown>) => sql`
  t.delivery_id, t.round, t.number, t.trigger, t.started_at, t.duration_ms, t.dns_ms, t.connect_ms, t.tls_ms,
  t.first_byte_ms, t.address, t.repeated, t.location, t.status_code, t.response_truncated, t.response_content_type, t.error_code,
  t.error_message, ${body} AS response_body`;

export const WHOLE_ANSWER = sql`t.response_body`;
/** As many bytes as the shown characters may take. */
export const ANSWER_START = sql`substring(t.response_body FROM 1 FOR ${sql.lit(4 * LIMITS.answerCharactersListed)})`;

/** @returns the first characters of an answer; one that was cut is dropped */
export function answerStart(bytes: Buffer | null): string | null {
  if (bytes === null) return null;
  const text = new TextDecoder('utf-8').decode(bytes, { stream: true });
  return Array.from(text).slice(0, LIMITS.answerCharactersListed).join('');
}

export function attemptError(row: Pick<AttemptRow, 'error_code' | 'error_message'>): AttemptView['error'] {
  if (row.error_code === null) return null;
  return {
    code: row.error_code as NonNullable<AttemptView['error']>['code'],
    message: row.error_message ?? '',
  };
}

/** @param readBody how much of the answer is shown */
export function toAttemptView(
  row: AttemptRow,
  readBody: (bytes: Buffer | null) => string | null,
): AttemptView {
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
    responseBody: readBody(row.response_body),
    responseTruncated: row.response_truncated,
    responseContentType: row.response_content_type,
    location: row.location,
    error: attemptError(row),
  };
}
