import type { AlertInput } from './alert.ts';
import { TEST_ALERT_ID } from './alert.ts';

/**
 * The body that destinations receive, as JSON text: exactly twelve keys, in this order, all present.
 * It is made once, at ingest, and never changed. Lone surrogates and U+0000 are written as JSON escapes, so the text is
 * always valid UTF-8 and may be kept in a Postgres `text` column.
 *
 * @param alert an accepted alert; its `alertId` must have been assigned
 * @param publicUrl where the console is reached, without a trailing slash; used for a missing `link`
 */
export function encodePayload(alert: AlertInput & { alertId: string }, publicUrl: string): string {
  return JSON.stringify({
    id: alert.id,
    createdAt: alert.createdAt,
    severity: alert.severity,
    type: alert.type,
    link: alert.link ?? alertLink(publicUrl, alert.alertId),
    title: alert.title,
    name: alert.name ?? null,
    alertId: alert.alertId,
    description: alert.description ?? '',
    runbook: alert.runbook ?? '',
    tags: alert.tags ?? [],
    version: alert.version ?? null,
  });
}

/** The address of an alert's page in the console; every character an `alertId` may have is safe in a path. */
export function alertLink(publicUrl: string, alertId: string): string {
  return `${publicUrl}/alerts/${alertId}`;
}

/**
 * Adds `alertContext` as the thirteenth key, without parsing the payload again.
 *
 * @param payload what `encodePayload` returned
 * @param contextJson the context as JSON text, or null where the alert has none: then `{}` is sent, so that a
 *   destination that asks for the key can rely on it
 */
export function withContext(payload: string, contextJson: string | null): string {
  return `${payload.slice(0, -1)},"alertContext":${contextJson ?? '{}'}}`;
}

/**
 * The body of a test alert: the shape of a real one, recognisable by `id`, `alertId`, title and tag.
 *
 * @param now when the test was requested
 */
export function encodeTestPayload(now: Date, publicUrl: string): string {
  return encodePayload(
    {
      id: TEST_ALERT_ID,
      createdAt: now.toISOString(),
      severity: 'INFO',
      type: 'RULE',
      title: 'This is a test alert from Tocsin',
      name: 'Test alert',
      link: publicUrl,
      alertId: TEST_ALERT_ID,
      description: 'Sent on request, to show that this destination can be reached. No detection has fired.',
      runbook: 'Nothing to do.',
      tags: ['test'],
      version: undefined,
      logTypes: undefined,
      destinations: undefined,
      outputIds: undefined,
      alertContext: undefined,
      dedupKey: undefined,
      condition: undefined,
    },
    publicUrl,
  );
}
