import { alertInputSchema, checkValue, fieldErrorsOf, type IngestResult, LIMITS } from '@tocsin/contract';
import { problem, type StubAnswer, type StubRequest } from './stub-api.ts';

export interface StubIngest {
  /** Alerts stored so far, by id, as they were sent. */
  readonly stored: ReadonlyMap<string, Record<string, unknown>>;
  handle(request: StubRequest): StubAnswer;
}

/** Accepts alerts by the rules of ingest: duplicates by id, a result per alert, refusal of what holds nothing valid. */
export function createStubIngest(): StubIngest {
  const stored = new Map<string, Record<string, unknown>>();
  let made = 0;

  function accept(value: Record<string, unknown>, index: number): IngestResult {
    const checked = checkValue(alertInputSchema, value);
    if (!checked.success) {
      const errors = fieldErrorsOf(checked.error);
      return {
        index,
        alertId: null,
        status: 'rejected',
        error: { code: 'invalid_alert', message: 'invalid', errors },
      };
    }
    made += 1;
    const alertId = checked.data.alertId ?? `made-${made}`;
    if (stored.has(alertId)) return { index, alertId, status: 'duplicate' };
    stored.set(alertId, value);
    return { index, alertId, status: 'accepted' };
  }

  function handle({ text, headers }: StubRequest): StubAnswer {
    if (Buffer.byteLength(text) > LIMITS.ingestBytesMax) return problem('request_too_large');
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const values: Record<string, unknown>[] =
      headers['content-type'] === 'application/json'
        ? JSON.parse(text)
        : lines.map((line) => JSON.parse(line));
    if (values.length > LIMITS.alertsPerRequestMax) return problem('too_many_alerts');
    const results = values.map(accept);
    const count = (status: string) => results.filter((result) => result.status === status).length;
    if (count('rejected') === results.length) return problem('invalid_alert', 'Nothing valid.');
    return {
      body: {
        accepted: count('accepted'),
        duplicates: count('duplicate'),
        rejected: count('rejected'),
        results,
      },
    };
  }

  return { stored, handle };
}
