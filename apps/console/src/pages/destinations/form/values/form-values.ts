import type { Destination } from '../../../../api/client.ts';
import {
  ALERT_TYPES,
  type AlertType,
  inOrder,
  SEVERITIES,
  type Severity,
} from '../../../../format/labels/value-labels.ts';

/** One custom header in the form. */
export interface HeaderRow {
  /** Tells rows apart while they are added and taken away. */
  key: string;
  name: string;
  value: string;
  /** Whether the server has a value under this name, which the form never sees. */
  hasStored: boolean;
  /** Whether that stored value stays; then `value` is empty. */
  keepsStored: boolean;
}

/** A number as a field holds it: a text where it is empty or not yet a number. */
export type NumberField = number | string;

/** What the form holds: the destination in the units that people read. */
export interface FormValues {
  displayName: string;
  url: string;
  severities: Severity[];
  alertTypes: AlertType[];
  logTypes: string[];
  requireLogType: boolean;
  headers: HeaderRow[];
  /** Whether it takes alerts as soon as it is added; for a new one only. */
  enabled: boolean;
  includeContext: boolean;
  /** A secret to set; empty for none. For a new one only. */
  signingSecret: string;
  timeoutSeconds: NumberField;
  /** Retry settings that are empty in a new destination are the installation's. */
  maxRetries: NumberField;
  baseDelaySeconds: NumberField;
  factor: NumberField;
  maxDelaySeconds: NumberField;
  rateLimitPerSecond: NumberField;
  maxInFlight: NumberField;
}

const DISPLAY_NAME_CHARACTERS_MAX = 100;
const COPY_SUFFIX = ' (copy)';

/** A new destination: everything at its default. */
export function emptyValues(): FormValues {
  return {
    displayName: '',
    url: '',
    severities: [...SEVERITIES],
    alertTypes: [...ALERT_TYPES],
    logTypes: [],
    requireLogType: false,
    headers: [],
    enabled: true,
    includeContext: false,
    signingSecret: '',
    timeoutSeconds: 10,
    maxRetries: '',
    baseDelaySeconds: '',
    factor: '',
    maxDelaySeconds: '',
    rateLimitPerSecond: '',
    maxInFlight: 256,
  };
}

/** A saved destination; its header values stay where they are stored. */
export function valuesOf(destination: Destination): FormValues {
  const { retry } = destination;
  return {
    displayName: destination.displayName,
    url: destination.url,
    severities: inOrder(SEVERITIES, destination.severities),
    alertTypes: inOrder(ALERT_TYPES, destination.alertTypes),
    logTypes: destination.logTypes,
    requireLogType: destination.requireLogType,
    headers: destination.headers.map(({ name }, index) => ({
      key: `stored-${index}`,
      name,
      value: '',
      hasStored: true,
      keepsStored: true,
    })),
    enabled: true,
    includeContext: destination.includeContext,
    signingSecret: '',
    timeoutSeconds: destination.timeoutMs / 1_000,
    maxRetries: retry.maxRetries,
    baseDelaySeconds: retry.baseDelayMs / 1_000,
    factor: retry.factor,
    maxDelaySeconds: retry.maxDelayMs / 1_000,
    rateLimitPerSecond: destination.rateLimitPerSecond ?? '',
    maxInFlight: destination.maxInFlight,
  };
}

/** A new destination with the settings of a saved one. Its secrets can't be read, so headers lack their values. */
export function copyOf(destination: Destination): FormValues {
  const values = valuesOf(destination);
  return {
    ...values,
    displayName: copyName(destination.displayName),
    headers: values.headers.map((row) => ({ ...row, hasStored: false, keepsStored: false })),
  };
}

/** Whether two forms, or two of their fields, hold the same. */
export function isSame<T extends FormValues | FormValues[keyof FormValues]>(a: T, b: T): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function copyName(name: string): string {
  const room = DISPLAY_NAME_CHARACTERS_MAX - COPY_SUFFIX.length;
  // A cut through the middle of a character would leave half of a surrogate pair.
  const start = name.slice(0, room).replace(/[\ud800-\udbff]$/, '');
  return `${start}${COPY_SUFFIX}`;
}
