import { ALERT_TYPES, SEVERITIES } from '@tocsin/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../usage-error.ts';
import { collect, listOf } from './parse-list.ts';
import { numberBetween } from './parse-number.ts';

export interface HeaderOption {
  name: string;
  value: string;
}

/** The settings of a destination as options give them; absent options were not given. */
export interface DestinationOptions {
  name?: string;
  url?: string;
  severity?: string[];
  type?: string[];
  logType?: string[];
  requireLogType?: boolean;
  header?: HeaderOption[];
  secret?: string;
  includeContext?: boolean;
  timeout?: number;
  retries?: number;
  retryBase?: number;
  retryFactor?: number;
  retryCeiling?: number;
  rateLimit?: number | 'none';
  maxInFlight?: number;
}

const MS_MAX = Number.MAX_SAFE_INTEGER;

function parseHeader(text: string, earlier: readonly HeaderOption[] = []): HeaderOption[] {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError('Give a header as "Name: value".');
  return [...earlier, { name: text.slice(0, colon).trim(), value: text.slice(colon + 1).trim() }];
}

/** A word for no limit, since commander turns null into an empty string. */
function parseRate(text: string): number | 'none' {
  return text === 'none' ? text : numberBetween({ min: 0, max: 100_000, fractions: true })(text);
}

/** `none` alone empties a list that may be empty. */
function noneOr<T>(parse: (text: string, earlier?: T[]) => T[]) {
  return (text: string, earlier?: T[]): T[] => (text === 'none' ? [] : parse(text, earlier));
}

/** Adds the options that `destinations add` and `destinations edit` share. */
export function withDestinationOptions(command: Command): Command {
  return command
    .option('--name <name>', 'display name')
    .option('--url <url>', 'where to POST; stored encrypted, since path and query are often a secret')
    .option(
      '--severity <list>',
      `any of ${SEVERITIES.join(',')}; "none": only alerts that name it`,
      noneOr(listOf(SEVERITIES)),
    )
    .option('--type <list>', `alert types, any of ${ALERT_TYPES.join(',')}`, listOf(ALERT_TYPES))
    .option(
      '--log-type <name>',
      'only alerts of this log type; may be repeated; "none": alerts of every log type',
      noneOr(collect),
    )
    .option('--require-log-type', 'leave out alerts that have no log type')
    .option('--no-require-log-type', 'accept alerts that have no log type')
    .option('--header <header>', 'header to send, "Name: value"; may be repeated', parseHeader)
    .option('--secret <whsec>', 'sign with this secret')
    .option('--include-context', 'send alertContext too')
    .option('--no-include-context', 'do not send alertContext')
    .option('--timeout <ms>', 'deadline of one attempt', numberBetween({ min: 1_000, max: 30_000 }))
    .option('--retries <count>', 'retries after the first attempt', numberBetween({ min: 0, max: 10 }))
    .option(
      '--retry-base <ms>',
      'pause before the first retry',
      numberBetween({ min: 10, max: MS_MAX, fractions: true }),
    )
    .option(
      '--retry-factor <factor>',
      'factor by which the pause grows with each retry',
      numberBetween({ min: 1, max: MS_MAX, fractions: true }),
    )
    .option(
      '--retry-ceiling <ms>',
      'pause that retries grow to at most, give or take 20 %',
      numberBetween({ min: 10, max: MS_MAX, fractions: true }),
    )
    .option(
      '--rate-limit <count>',
      'attempts a second, at most, over all workers; "none": no limit',
      parseRate,
    )
    .option(
      '--max-in-flight <count>',
      'upper end of the limit, which follows how the receiver answers',
      numberBetween({ min: 1, max: 10_000 }),
    );
}

/** Leaves out what is undefined. */
function given<T extends Record<string, unknown>>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** @returns the settings under the API's names, without headers, which adding and editing treat differently. */
export function destinationFields(options: DestinationOptions): Record<string, unknown> {
  const retry = given({
    maxRetries: options.retries,
    baseDelayMs: options.retryBase,
    factor: options.retryFactor,
    maxDelayMs: options.retryCeiling,
  });
  return given({
    displayName: options.name,
    url: options.url,
    severities: options.severity,
    alertTypes: options.type,
    logTypes: options.logType,
    requireLogType: options.requireLogType,
    signingSecret: options.secret,
    includeContext: options.includeContext,
    timeoutMs: options.timeout,
    retry: Object.keys(retry).length === 0 ? undefined : retry,
    rateLimitPerSecond: options.rateLimit === 'none' ? null : options.rateLimit,
    maxInFlight: options.maxInFlight,
  });
}

/** Options together with a file are ambiguous. */
export function assertFileAlone(file: string | undefined, fields: Record<string, unknown>): void {
  if (file !== undefined && Object.keys(fields).length > 0) {
    throw new UsageError('Give the settings either in --file or as options.');
  }
}

/**
 * The header list of an edited destination: existing headers keep their values, which cannot be read; named ones are
 * set or removed. Names are compared in any letter case.
 */
export function mergeHeaders(
  current: readonly { name: string }[],
  set: readonly HeaderOption[],
  remove: readonly string[],
): { name: string; value?: string }[] {
  const fold = (name: string) => name.toLowerCase();
  const gone = new Set([...set.map((header) => fold(header.name)), ...remove.map(fold)]);
  const kept = current.filter((header) => !gone.has(fold(header.name))).map(({ name }) => ({ name }));
  return [...kept, ...set];
}
