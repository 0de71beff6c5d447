import type { TestResult } from '@tocsin/contract';
import { type DestinationRow, plainSettingsOf } from './destination-row.ts';

/** A destination's settings as the audit log may keep them: no value of a header, no signing secret, no URL path. */
export function describeDestination(row: DestinationRow): Record<string, unknown> {
  return {
    ...plainSettingsOf(row),
    url: row.url_origin,
    headers: row.headers.map(({ name }) => name),
    signingSecret: row.signing_secret === null ? 'none' : 'set',
    retry: row.retry,
  };
}

/**
 * What a change did, setting by setting, as `{from, to}`. A setting that was given but shows no difference here, such
 * as a header's new value, appears with equal sides; of a URL, whose origin alone may be kept, `changed` names the
 * parts that changed.
 *
 * @param given names of the settings that the request named
 * @param urlParts parts of the URL that changed: `path`, `query`
 * @param dropped secrets that were dropped with their URL
 */
export function describeUpdate(
  before: DestinationRow,
  after: DestinationRow,
  {
    given,
    urlParts,
    dropped,
  }: { given: readonly string[]; urlParts: readonly string[]; dropped: readonly string[] },
): Record<string, unknown> {
  const from = describeDestination(before);
  const to = describeDestination(after);
  const named = given.filter((name) => name in from);
  const partsOf = (name: string) => (name === 'url' && urlParts.length > 0 ? { changed: urlParts } : {});
  return {
    ...Object.fromEntries(named.map((name) => [name, { from: from[name], to: to[name], ...partsOf(name) }])),
    ...(dropped.length === 0 ? {} : { droppedSecrets: dropped }),
  };
}

/** A test's result as the audit log keeps it. Of the URL its origin: a webhook's secret is often in its path or query. */
export function describeTest(url: string, result: TestResult): Record<string, unknown> {
  return { ...result, url: new URL(url).origin };
}
