import type { DestinationInput, DestinationPatch, HeaderField } from '@tocsin/contract';
import type { Sealer } from '@tocsin/secrets';
import { type DestinationsTable, sealContext } from '@tocsin/store';
import type { Insertable, Selectable, Updateable } from 'kysely';

export type DestinationRow = Selectable<DestinationsTable>;

/** The settings that are stored as they are, with the columns that hold them; the others are sealed or merged. */
const PLAIN_COLUMNS = {
  displayName: 'display_name',
  severities: 'severities',
  alertTypes: 'alert_types',
  logTypes: 'log_types',
  requireLogType: 'require_log_type',
  includeContext: 'include_context',
  enabled: 'enabled',
  paused: 'paused',
  timeoutMs: 'timeout_ms',
  rateLimitPerSecond: 'rate_limit_per_second',
  maxInFlight: 'max_in_flight',
} as const satisfies Record<
  Exclude<keyof DestinationInput, 'id' | 'url' | 'headers' | 'signingSecret' | 'retry'>,
  keyof DestinationRow
>;
type PlainSettings = Pick<DestinationInput, keyof typeof PLAIN_COLUMNS>;

function plainColumns(settings: Partial<PlainSettings>): Updateable<DestinationsTable> {
  return Object.fromEntries(
    Object.entries(PLAIN_COLUMNS).flatMap(([name, column]) => {
      const value = settings[name as keyof PlainSettings];
      return value === undefined ? [] : [[column, value]];
    }),
  );
}

/** @returns the settings that are stored as they are, by their names in the API */
export function plainSettingsOf(
  row: Pick<DestinationRow, (typeof PLAIN_COLUMNS)[keyof PlainSettings]>,
): PlainSettings {
  return Object.fromEntries(
    Object.entries(PLAIN_COLUMNS).map(([name, column]) => [name, row[column]]),
  ) as PlainSettings;
}

/** A URL's path and query are secrets: only its origin is readable. */
function urlColumns(id: string, url: string, sealer: Sealer) {
  return { url_origin: new URL(url).origin, sealed_url: sealer.seal(url, sealContext.url(id)) };
}

/** Seals header values for the `headers` column, each so that it opens for this destination and header only. */
function sealHeaders(id: string, headers: readonly HeaderField[], sealer: Sealer): string {
  return JSON.stringify(
    headers.map(({ name, value }) => ({ name, sealed: sealer.seal(value, sealContext.header(id, name)) })),
  );
}

/** Seals a signing secret for this destination only. */
export function sealSigningSecret(id: string, secret: string, sealer: Sealer): string {
  return sealer.seal(secret, sealContext.signingSecret(id));
}

/**
 * A new destination as a row, its secrets sealed.
 *
 * @param id in lower case: secrets are sealed to it, and Postgres answers with lower case
 */
export function toNewRow(
  id: string,
  input: DestinationInput,
  sealer: Sealer,
): Omit<Insertable<DestinationsTable>, 'revision'> {
  const { signingSecret } = input;
  return {
    ...(plainColumns(input) as Pick<
      Insertable<DestinationsTable>,
      (typeof PLAIN_COLUMNS)[keyof PlainSettings]
    >),
    ...urlColumns(id, input.url, sealer),
    id,
    headers: sealHeaders(id, input.headers, sealer),
    signing_secret: signingSecret == null ? null : sealSigningSecret(id, signingSecret, sealer),
    retry: JSON.stringify(input.retry),
  };
}

/** What a change asks for, once headers without a value have theirs and a kept signing secret is left out. */
export type ResolvedPatch = Omit<DestinationPatch, 'headers' | 'signingSecret'> & {
  headers?: HeaderField[] | undefined;
  /** null removes it; absent keeps it. */
  signingSecret?: string | null | undefined;
};

/**
 * The columns that a change sets, secrets sealed; empty where it asks for nothing. Retry settings are changed one by
 * one. A signing secret set this way replaces the old one at once, and those that still sign after a rotation.
 */
export function toChangedColumns(
  row: Pick<DestinationRow, 'id' | 'retry'>,
  patch: ResolvedPatch,
  sealer: Sealer,
): Updateable<DestinationsTable> {
  const { url, headers, signingSecret, retry } = patch;
  return {
    ...plainColumns(patch as Partial<PlainSettings>),
    ...(url === undefined ? {} : urlColumns(row.id, url, sealer)),
    ...(headers === undefined ? {} : { headers: sealHeaders(row.id, headers, sealer) }),
    ...(signingSecret === undefined
      ? {}
      : {
          signing_secret: signingSecret === null ? null : sealSigningSecret(row.id, signingSecret, sealer),
          previous_signing_secrets: '[]',
        }),
    ...(retry === undefined ? {} : { retry: JSON.stringify({ ...row.retry, ...retry }) }),
  };
}
