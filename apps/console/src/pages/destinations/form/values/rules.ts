import type { FormValues, HeaderRow, NumberField } from './form-values.ts';
import { isLeftBehind } from './requests.ts';
import { isSigningSecret } from './signing-secret.ts';

/** The API's own limits, in the form's units; a test holds them to the contract. */
export const FORM_LIMITS = {
  displayNameCharactersMax: 100,
  urlCharactersMax: 8_192,
  headersMax: 100,
  logTypesMax: 1_000,
  timeoutSeconds: { min: 1, max: 30 },
  maxRetries: { min: 0, max: 10 },
  delaySeconds: { min: 0.01, max: 7 * 24 * 60 * 60 },
  factor: { min: 1, max: 1_000 },
  rateLimitPerSecond: { max: 100_000 },
  maxInFlight: { min: 1, max: 10_000 },
} as const;

export interface RuleOptions {
  /** Whether retry settings may be left to the installation: only in a new destination. */
  mayLeaveRetry: boolean;
  /** A draft can be tested before it has a name. */
  needsName: boolean;
  /** Whether the URL has another origin or path than what is saved: then no stored value is kept. */
  losesSecrets?: boolean;
}

/** What is wrong, by the field's path: `headers.2.name`. Empty where nothing is. */
export type Faults = Record<string, string>;

/** Checks what the browser can check; the API decides. */
export function findFaults(
  values: FormValues,
  { mayLeaveRetry, needsName, losesSecrets = false }: RuleOptions,
): Faults {
  const L = FORM_LIMITS;
  const all: Record<string, string | null> = {
    displayName: nameFault(values.displayName, needsName),
    url: urlFault(values.url),
    alertTypes: values.alertTypes.length === 0 ? 'Choose at least one alert type.' : null,
    logTypes: values.logTypes.length > L.logTypesMax ? `At most ${L.logTypesMax} log types.` : null,
    ...headerFaults(values.headers, losesSecrets),
    signingSecret:
      values.signingSecret === '' || isSigningSecret(values.signingSecret)
        ? null
        : 'It must be “whsec_” and the base64 of 24 to 64 bytes.',
    timeoutSeconds: numberFault(values.timeoutSeconds, { ...L.timeoutSeconds }),
    maxRetries: numberFault(values.maxRetries, { ...L.maxRetries, isWhole: true, mayLeave: mayLeaveRetry }),
    baseDelaySeconds: numberFault(values.baseDelaySeconds, { ...L.delaySeconds, mayLeave: mayLeaveRetry }),
    factor: numberFault(values.factor, { ...L.factor, mayLeave: mayLeaveRetry }),
    maxDelaySeconds: numberFault(values.maxDelaySeconds, { ...L.delaySeconds, mayLeave: mayLeaveRetry }),
    rateLimitPerSecond: rateFault(values.rateLimitPerSecond),
    maxInFlight: numberFault(values.maxInFlight, { ...L.maxInFlight, isWhole: true }),
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function nameFault(name: string, needsName: boolean): string | null {
  if (name.trim() === '') return needsName ? 'Enter a display name.' : null;
  const { displayNameCharactersMax: max } = FORM_LIMITS;
  const { length } = [...name.trim()];
  if (length > max) return `At most ${max} characters; these are ${length}.`;
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) ? 'It must not contain control characters or line breaks.' : null;
}

function urlFault(text: string): string | null {
  const url = text.trim();
  if (url === '') return 'Enter a URL.';
  if (!/^https?:\/\/[^/]/i.test(url)) return 'It must begin with http:// or https:// and a host.';
  if (url.length > FORM_LIMITS.urlCharactersMax) return `At most ${FORM_LIMITS.urlCharactersMax} characters.`;
  if (!URL.canParse(url)) return 'This is not a valid URL.';
  const { username, password } = new URL(url);
  return username === '' && password === ''
    ? null
    : 'It must not contain a user name or password; use a header.';
}

function headerFaults(rows: readonly HeaderRow[], losesSecrets: boolean): Record<string, string | null> {
  const seen = new Set<string>();
  const faults: Record<string, string | null> = {
    headers: rows.length > FORM_LIMITS.headersMax ? `At most ${FORM_LIMITS.headersMax} headers.` : null,
  };
  rows.forEach((row, index) => {
    const { name, value, keepsStored } = row;
    // It is dropped when the form is saved, as the form says.
    if (losesSecrets && isLeftBehind(row)) return;
    const key = name.trim().toLowerCase();
    const repeated = seen.has(key) ? 'This name is given more than once.' : null;
    faults[`headers.${index}.name`] = key === '' ? 'Enter a name.' : repeated;
    faults[`headers.${index}.value`] = value !== '' || keepsStored ? null : 'Enter a value.';
    seen.add(key);
  });
  return faults;
}

interface NumberRule {
  min: number;
  max: number;
  isWhole?: boolean;
  mayLeave?: boolean;
}

function numberFault(value: NumberField, { min, max, isWhole, mayLeave }: NumberRule): string | null {
  if (value === '') return mayLeave ? null : 'Enter a number.';
  const number = Number(value);
  if (Number.isNaN(number)) return 'This is not a number.';
  if (isWhole && !Number.isInteger(number)) return 'Enter a whole number.';
  return number < min || number > max ? `From ${min} to ${max.toLocaleString('en-US')}.` : null;
}

function rateFault(value: NumberField): string | null {
  if (value === '') return null;
  const number = Number(value);
  const { max } = FORM_LIMITS.rateLimitPerSecond;
  return number > 0 && number <= max ? null : `More than 0, and at most ${max.toLocaleString('en-US')}.`;
}
