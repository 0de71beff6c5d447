import type { TestResult } from '@tocsin/contract';
import { toStorableText } from '@tocsin/store';
import type { DestinationRow } from './destination-row.ts';

/** What the audit log says of a URL: a webhook's secret is often in its path or query. */
function describeUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'not a URL';
}

const ITEMS_MAX = 20;
const ITEM_CHARACTERS_MAX = 200;

/** Keeps an entry small whatever a list holds, so that a page of the log stays readable. */
function shorten(items: readonly string[]): string[] {
  const shown = items.slice(0, ITEMS_MAX).map((item) => item.slice(0, ITEM_CHARACTERS_MAX).toWellFormed());
  return items.length > ITEMS_MAX ? [...shown, `and ${items.length - ITEMS_MAX} more`] : shown;
}

/** A destination's settings as the audit log may keep them: no value of a header, no signing secret, no URL path. */
export function describeDestination(row: DestinationRow): Record<string, unknown> {
  return {
    displayName: row.display_name,
    url: describeUrl(row.url),
    severities: row.severities,
    alertTypes: row.alert_types,
    logTypes: shorten(row.log_types),
    requireLogType: row.require_log_type,
    headers: shorten(row.headers.map(({ name }) => name)),
    signingSecret: row.signing_secret === null ? 'none' : 'set',
    includeContext: row.include_context,
    enabled: row.enabled,
    timeoutMs: row.timeout_ms,
    retry: row.retry,
    rateLimitPerSecond: row.rate_limit_per_second,
    maxInFlight: row.max_in_flight,
  };
}

/**
 * What a change did, setting by setting, as `{from, to}`. A setting that was given but shows no difference here, such
 * as a header's new value, appears with equal sides.
 *
 * @param given names of the settings that the request named
 */
export function describeUpdate(
  before: DestinationRow,
  after: DestinationRow,
  given: readonly string[],
): Record<string, unknown> {
  const from = describeDestination(before);
  const to = describeDestination(after);
  return Object.fromEntries(given.map((name) => [name, { from: from[name], to: to[name] }]));
}

/** A test's result as the audit log keeps it. */
export function describeTest(url: string, result: TestResult): Record<string, unknown> {
  const { responseBody, error } = result;
  return {
    ...result,
    url: describeUrl(url),
    responseBody: responseBody === null ? null : toStorableText(responseBody),
    error: error === null ? null : { ...error, message: toStorableText(error.message) },
  };
}
