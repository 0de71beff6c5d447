import {
  ALERT_TYPES,
  type DestinationHealth,
  type DestinationView,
  type HealthState,
  SEVERITIES,
  type TestResult,
} from '@tocsin/contract';
import { counted } from './counted.ts';
import { formatCount, formatDuration, formatTime } from './format-time.ts';
import { printableLines, shorten } from './printable.ts';
import type { Colors } from './printer.ts';
import { type Cell, renderFields, renderTable } from './table.ts';

const BODY_CHARACTERS_SHOWN = 2_000;
const ERROR_CHARACTERS_LISTED = 40;

/** A list in words: `all`, `none`, or its items. */
function listText(items: readonly string[], all: readonly string[] | null): string {
  if (items.length === 0) return all === null ? 'all' : 'none';
  return all !== null && items.length === all.length ? 'all' : items.join(', ');
}

const STATE_PAINTS: Record<HealthState, (colors: Colors) => (text: string) => string> = {
  healthy: ({ green }) => green,
  degraded: ({ yellow }) => yellow,
  failing: ({ red }) => red,
  paused: ({ magenta }) => magenta,
  disabled: ({ dim }) => dim,
};

function stateCell({ health }: DestinationView, colors: Colors): Cell {
  const { state, circuitOpenedAt } = health;
  const text = circuitOpenedAt === null ? state : `${state}, circuit open`;
  return { text, paint: STATE_PAINTS[state](colors) };
}

function responseText({ responseP50Ms, responseP95Ms }: DestinationHealth): string {
  const text = (ms: number | null) => (ms === null ? '–' : formatDuration(ms));
  return `${text(responseP50Ms)} / ${text(responseP95Ms)}`;
}

/** Destinations as a table. */
export function destinationTable(
  destinations: readonly DestinationView[],
  colors: Colors,
  width: number,
): string[] {
  return renderTable({
    columns: [
      { head: 'NAME' },
      { head: 'STATE' },
      { head: 'SINCE' },
      { head: 'P50 / P95', align: 'right' },
      { head: 'UNDELIVERED', align: 'right' },
      { head: 'LAST ERROR' },
      { head: 'URL', flexible: true },
      { head: 'ID' },
    ],
    rows: destinations.map((destination) => [
      destination.displayName,
      stateCell(destination, colors),
      formatTime(destination.health.since),
      responseText(destination.health),
      formatCount(destination.health.undelivered),
      shorten(destination.health.lastError?.message ?? '', ERROR_CHARACTERS_LISTED),
      destination.url,
      destination.id,
    ]),
    width,
    paintHead: colors.bold,
  });
}

function retryText({ retry }: DestinationView): string {
  const { maxRetries, baseDelayMs, factor, maxDelayMs } = retry;
  if (maxRetries === 0) return 'none';
  return `${counted(maxRetries, 'retry', 'retries')}, first after ${formatDuration(baseDelayMs)}, then × ${factor}, at most ${formatDuration(maxDelayMs)}`;
}

function healthText(health: DestinationHealth): string {
  const { since, successRate, lastSuccessAt, lastFailureAt } = health;
  const none = lastSuccessAt === null && lastFailureAt === null ? 'no attempt yet' : 'no attempts of late';
  const share =
    successRate === null
      ? none
      : `${Math.floor(successRate * 100)} % of its latest attempts succeeded, in ${responseText(health)} (p50 / p95)`;
  return `since ${formatTime(since)}; ${share}`;
}

function lastErrorText({ lastError }: DestinationHealth): string {
  return lastError === null ? 'unknown' : `${lastError.code}: ${lastError.message}`;
}

/** One destination with all its settings. */
export function destinationPage(destination: DestinationView, colors: Colors): string[] {
  const { health, headers } = destination;
  const failures =
    health.consecutiveFailures === 0 ? '' : `, ${counted(health.consecutiveFailures, 'failure')} in a row`;
  const waiting = `${formatCount(health.undelivered)} undelivered (${formatCount(health.waiting)} waiting, ${formatCount(health.queued)} queued)`;
  return renderFields(
    [
      ['Name', { text: destination.displayName, paint: colors.bold }],
      ['Id', destination.id],
      ['State', stateCell(destination, colors)],
      ['', healthText(health)],
      ['URL', destination.url],
      ['Severities', listText(destination.severities, SEVERITIES)],
      ['Alert types', listText(destination.alertTypes, ALERT_TYPES)],
      ['Log types', listText(destination.logTypes, null)],
      ['', destination.requireLogType ? 'alerts without log types are left out' : null],
      [
        'Headers',
        headers.length === 0 ? 'none' : headers.map(({ name, value }) => `${name}: ${value}`).join(', '),
      ],
      ['Signing secret', destination.signingSecret === null ? 'none' : 'set'],
      ['Context', destination.includeContext ? 'sent' : 'not sent'],
      ['Deadline', formatDuration(destination.timeoutMs)],
      ['Retries', retryText(destination)],
      [
        'Rate limit',
        destination.rateLimitPerSecond === null
          ? 'none'
          : `${destination.rateLimitPerSecond} attempts a second`,
      ],
      ['Limit', `${health.limit} now, at most ${destination.maxInFlight} (max in flight)`],
      [
        '',
        health.circuitOpenedAt === null
          ? null
          : `circuit open since ${formatTime(health.circuitOpenedAt)}: one attempt at a time, until two in a row succeed`,
      ],
      ['', health.heldUntil === null ? null : `nothing is sent before ${formatTime(health.heldUntil)}`],
      [
        'Deliveries',
        `${formatCount(health.succeeded)} succeeded, ${formatCount(health.failed)} failed, ${waiting}`,
      ],
      ['Last success', health.lastSuccessAt === null ? 'never' : formatTime(health.lastSuccessAt)],
      [
        'Last failure',
        health.lastFailureAt === null
          ? 'never'
          : `${formatTime(health.lastFailureAt)} (${lastErrorText(health)}${failures})`,
      ],
      ['Updated', formatTime(destination.updatedAt)],
    ],
    colors.dim,
  );
}

/** The result of a test alert. */
export function testResultLines(result: TestResult, colors: Colors): string[] {
  const { success, statusCode, responseBody, durationMs, error } = result;
  const verdict = success ? colors.green('succeeded') : colors.red('failed');
  const status = statusCode === null ? '' : `  status ${statusCode}`;
  const [why = ''] = printableLines(
    error === null ? '' : `${error.code}: ${error.message.replace(/\s+/g, ' ')}`,
  );
  const body = responseBody?.trim() ?? '';
  return [
    `${verdict}${status}  in ${formatDuration(durationMs)}`,
    ...(error === null ? [] : [`  ${why}`]),
    ...(body === '' ? [] : [colors.dim('response:')]),
    ...(body === '' ? [] : printableLines(shorten(body, BODY_CHARACTERS_SHOWN)).map((line) => `  ${line}`)),
  ];
}
