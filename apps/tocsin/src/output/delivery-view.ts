import type { AttemptView, DeliveryItem, DeliverySummary, DeliveryView } from '@tocsin/contract';
import { formatDuration, formatTime, formatUntil } from './format-time.ts';
import { statusCell } from './paint.ts';
import { printable, printableLines, shorten } from './printable.ts';
import type { Colors } from './printer.ts';
import { renderTable } from './table.ts';

const BODY_CHARACTERS_SHOWN = 500;

interface ViewOptions {
  colors: Colors;
  now: Date;
  width: number;
}

function lastResult(delivery: DeliveryItem): string {
  const attempt = delivery.lastAttempt;
  if (delivery.failureCode === 'expired') return 'expired';
  if (attempt === null) return '';
  return attempt.error === null || attempt.error.code === 'http_status'
    ? String(attempt.statusCode ?? '')
    : attempt.error.code;
}

/** When the next attempt is due, or what it waits for; empty if there is none. */
function nextCell({ waitingFor, nextAttemptAt }: DeliveryItem, now: Date): string {
  switch (waitingFor) {
    case null:
      return '';
    case 'retry':
      return nextAttemptAt === null ? '' : formatUntil(nextAttemptAt, now);
    case 'destination_disabled':
      return 'once enabled';
    case 'destination_paused':
      return 'once resumed';
    case 'queues':
      return 'once queued';
    case 'destination_circuit':
      return 'once it succeeds';
    case 'destination_rate_limit':
      return 'at the rate limit';
    case 'destination_limit':
      return 'at the limit';
    case 'worker':
      return 'due';
  }
}

const WAITS = {
  destination_disabled: ', waits for its destination to be enabled',
  destination_paused: ', waits for its destination to be resumed',
  queues: ', waits for the queues, which are full or unavailable',
  destination_circuit: ', waits until its destination, which fails, succeeds again',
  destination_rate_limit: ', waits for its turn within its destination’s rate limit',
  destination_limit: ', waits for room within its destination’s limit',
  worker: ', waits for a worker',
} as const;

/** The same in words, to follow the status. */
function waitText(
  { waitingFor, nextAttemptAt }: Pick<DeliveryItem, 'waitingFor' | 'nextAttemptAt'>,
  now: Date,
): string {
  if (waitingFor === null) return '';
  if (waitingFor !== 'retry') return WAITS[waitingFor];
  return nextAttemptAt === null ? '' : `, next attempt ${formatUntil(nextAttemptAt, now)}`;
}

/** Deliveries as a table. */
export function deliveryTable(
  deliveries: readonly DeliveryItem[],
  { colors, now, width }: ViewOptions,
): string[] {
  return renderTable({
    columns: [
      { head: 'DELIVERY' },
      { head: 'STATUS' },
      { head: 'ATTEMPTS', align: 'right' },
      { head: 'LAST' },
      { head: 'NEXT' },
      { head: 'DESTINATION' },
      { head: 'TITLE', flexible: true },
      { head: 'ALERT ID' },
    ],
    rows: deliveries.map((delivery) => [
      delivery.id,
      statusCell(delivery.status, colors),
      String(delivery.attemptCount),
      lastResult(delivery),
      nextCell(delivery, now),
      delivery.destinationName,
      delivery.alertTitle,
      delivery.alertId,
    ]),
    width,
    paintHead: colors.bold,
  });
}

function attemptRow(attempt: AttemptView, colors: Colors) {
  const { error, statusCode } = attempt;
  const result = statusCode === null ? (error?.code ?? '') : String(statusCode);
  const why = [
    ...(error === null || error.code === 'http_status' ? [] : [error.message]),
    ...(attempt.location === null ? [] : [`redirected to ${attempt.location}`]),
    ...(attempt.repeated ? ['sent twice: a reused connection turned out closed'] : []),
  ].join('; ');
  return [
    `${attempt.round}.${attempt.number}`,
    attempt.trigger,
    formatTime(attempt.startedAt),
    { text: formatDuration(attempt.durationMs), paint: String },
    { text: result, paint: error === null ? colors.green : colors.red },
    attempt.address ?? '',
    why,
  ];
}

/** The answer to the last attempt, cut to fit. */
function lastBody({ attempts }: DeliverySummary, colors: Colors): string[] {
  const last = attempts.at(-1);
  const body = last?.responseBody?.trim() ?? '';
  if (last === undefined || body === '') return [];
  const shown = shorten(body, BODY_CHARACTERS_SHOWN);
  const cut = shown !== body || last.responseTruncated ? ' (cut)' : '';
  return [colors.dim(`last response${cut}:`), ...printableLines(shown).map((line) => `  ${line}`)];
}

/** One delivery and its attempts, under a line with its state. */
export function deliveryBlock(delivery: DeliverySummary, { colors, now, width }: ViewOptions): string[] {
  const status = statusCell(delivery.status, colors);
  const state = typeof status === 'string' ? status : status.paint(status.text);
  const why = delivery.failureCode === null ? '' : ` (${printable(delivery.failureCode)})`;
  const head = `${colors.bold(printable(delivery.destinationName))}  ${state}${why}${waitText(delivery, now)}  ${colors.dim(delivery.id)}`;
  if (delivery.attempts.length === 0) return [head, '  no attempts yet'];
  const attempts = renderTable({
    columns: [
      { head: 'ATTEMPT' },
      { head: 'TRIGGER' },
      { head: 'STARTED' },
      { head: 'TOOK', align: 'right' },
      { head: 'RESULT' },
      { head: 'ADDRESS' },
      { head: '', flexible: true },
    ],
    rows: delivery.attempts.map((attempt) => attemptRow(attempt, colors)),
    width: width - 4,
    paintHead: colors.dim,
  });
  return [head, ...[...attempts, ...lastBody(delivery, colors)].map((line) => `  ${line}`)];
}

/** The output of `deliveries show`. */
export function deliveryPage(delivery: DeliveryView, options: ViewOptions): string[] {
  const { colors } = options;
  return [
    ...deliveryBlock(delivery, options),
    `${colors.dim('Alert')}        ${printable(delivery.alertTitle)}`,
    `${colors.dim('Alert id')}     ${printable(delivery.alertId)}`,
    `${colors.dim('Severity')}     ${delivery.alertSeverity}`,
    `${colors.dim('Destination')}  ${delivery.destinationId}`,
    `${colors.dim('Created')}      ${formatTime(delivery.createdAt)}`,
    `${colors.dim('Updated')}      ${formatTime(delivery.updatedAt)}`,
  ];
}
