import type { Schemas } from '../../../../api/client.ts';
import { type FormValues, type HeaderRow, isSame, type NumberField } from './form-values.ts';

type CreateBody = Schemas['DestinationInput'];
type PatchBody = Schemas['DestinationPatch'];

/** @returns the request that creates the destination; empty retry settings are omitted: the installation's apply */
export function toCreateBody(values: FormValues): CreateBody {
  return {
    displayName: values.displayName.trim(),
    url: values.url.trim(),
    severities: values.severities,
    alertTypes: values.alertTypes,
    logTypes: values.logTypes,
    requireLogType: values.requireLogType,
    headers: values.headers.map(({ name, value }) => ({ name: name.trim(), value })),
    signingSecret: values.signingSecret === '' ? null : values.signingSecret,
    includeContext: values.includeContext,
    enabled: values.enabled,
    paused: false,
    timeoutMs: millis(values.timeoutSeconds),
    retry: {
      ...(values.maxRetries === '' ? {} : { maxRetries: Number(values.maxRetries) }),
      ...(values.baseDelaySeconds === '' ? {} : { baseDelayMs: millis(values.baseDelaySeconds) }),
      ...(values.factor === '' ? {} : { factor: Number(values.factor) }),
      ...(values.maxDelaySeconds === '' ? {} : { maxDelayMs: millis(values.maxDelaySeconds) }),
    },
    rateLimitPerSecond: numberOrNull(values.rateLimitPerSecond),
    maxInFlight: Number(values.maxInFlight),
  };
}

/** Whether the URL has another origin or path than the saved one: then no stored value is kept. */
export function losesSecrets(values: Pick<FormValues, 'url'>, before: Pick<FormValues, 'url'>): boolean {
  return !isSameReceiver(values.url, before.url);
}

/**
 * @returns the headers to send, each with its row in the form; for another receiver, without those whose stored value
 *   was not entered again
 */
export function sentHeaders(values: FormValues, before: FormValues): [place: number, row: HeaderRow][] {
  const loses = losesSecrets(values, before);
  return [...values.headers.entries()].filter(([, row]) => !(loses && isLeftBehind(row)));
}

/** Whether a row stands for a stored value, and nothing was entered in its place. */
export function isLeftBehind({ hasStored, value }: HeaderRow): boolean {
  return hasStored && value === '';
}

/**
 * @param before the values that the form started with
 * @returns only the settings that changed; a header whose stored value stays is sent by its name alone. Where the URL
 *   has another origin or path, stored values that were not given again are dropped with their headers
 */
export function toPatchBody(values: FormValues, before: FormValues): PatchBody {
  const hasChanged = (name: keyof FormValues) => !isSame(values[name], before[name]);
  const { timeoutMs, rateLimitPerSecond, maxInFlight, displayName, url } = toCreateBody(values);
  const retry: NonNullable<PatchBody['retry']> = {
    ...(hasChanged('maxRetries') ? { maxRetries: Number(values.maxRetries) } : {}),
    ...(hasChanged('baseDelaySeconds') ? { baseDelayMs: millis(values.baseDelaySeconds) } : {}),
    ...(hasChanged('factor') ? { factor: Number(values.factor) } : {}),
    ...(hasChanged('maxDelaySeconds') ? { maxDelayMs: millis(values.maxDelaySeconds) } : {}),
  };
  const mayKeep = !losesSecrets(values, before);
  const headers = sentHeaders(values, before).map(([, { name, value, keepsStored }]) =>
    keepsStored && mayKeep ? { name } : { name: name.trim(), value },
  );
  return {
    ...(hasChanged('displayName') ? { displayName } : {}),
    ...(hasChanged('url') ? { url } : {}),
    ...(hasChanged('severities') ? { severities: values.severities } : {}),
    ...(hasChanged('alertTypes') ? { alertTypes: values.alertTypes } : {}),
    ...(hasChanged('logTypes') ? { logTypes: values.logTypes } : {}),
    ...(hasChanged('requireLogType') ? { requireLogType: values.requireLogType } : {}),
    ...(hasChanged('headers') ? { headers } : {}),
    ...(values.signingSecret === '' ? {} : { signingSecret: values.signingSecret }),
    ...(hasChanged('includeContext') ? { includeContext: values.includeContext } : {}),
    ...(hasChanged('timeoutSeconds') ? { timeoutMs } : {}),
    ...(Object.keys(retry).length > 0 ? { retry } : {}),
    ...(hasChanged('rateLimitPerSecond') ? { rateLimitPerSecond } : {}),
    ...(hasChanged('maxInFlight') ? { maxInFlight } : {}),
  };
}

function millis(seconds: NumberField): number {
  return Math.round(Number(seconds) * 1_000);
}

function numberOrNull(value: NumberField): number | null {
  return value === '' ? null : Number(value);
}

/**
 * Whether two URLs have one origin and path, however they are written: then the destination's secrets are kept. Texts
 * that are not URLs yet are compared as texts.
 */
export function isSameReceiver(a: string, b: string): boolean {
  const one = URL.parse(a.trim());
  const other = URL.parse(b.trim());
  if (one === null || other === null) return a.trim() === b.trim();
  return one.origin === other.origin && one.pathname === other.pathname;
}
