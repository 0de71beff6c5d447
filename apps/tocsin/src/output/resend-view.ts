import { type BulkResend, type BulkResendProgress, type MatchCount, MISSING } from '@tocsin/contract';
import { formatCount, formatTime } from './format-time.ts';
import { printable } from './printable.ts';
import type { Colors } from './printer.ts';
import { type Cell, renderFields, renderTable } from './table.ts';

function stateCell({ state }: BulkResend, colors: Colors): Cell {
  const paints = { running: colors.yellow, done: colors.green, cancelled: colors.dim };
  return { text: state, paint: paints[state] };
}

/** `1,234`, or `at least 200,000` where no more were counted. */
export function matchedText({ matched, atLeast }: MatchCount): string {
  return `${atLeast === true ? 'at least ' : ''}${formatCount(matched)}`;
}

/** `1 delivery`, `1,234 failed or cancelled deliveries`, `3 missing alerts`; without a number where none was found in time. */
export function deliveriesText(count: MatchCount, statuses: readonly string[] = []): string {
  const [one, many] = isOfMissing(statuses) ? ['alert', 'alerts'] : ['delivery', 'deliveries'];
  return [
    ...(isNoneYet(count) ? [] : [matchedText(count)]),
    ...(statuses.length === 0 ? [] : [statuses.join(' or ')]),
    count.matched === 1 ? one : many,
  ].join(' ');
}

/**
 * What a count says besides its number: `, the oldest received 2026-07-01 08:00:00Z, 3 CRITICAL`, where missing alerts
 * were counted, and where counting stopped early.
 */
export function countRemarks(count: MatchCount, statuses: readonly string[]): string {
  const { oldestReceivedAt, critical = 0, atLeast } = count;
  if (isNoneYet(count))
    return ` (none found ${isOfMissing(statuses) ? 'in 5 s' : 'among 200,000'}; there may be some)`;
  if (oldestReceivedAt == null) return '';
  const criticalText =
    atLeast === true
      ? `at least ${formatCount(critical)} CRITICAL (counting stopped after 5 s)`
      : `${formatCount(critical)} CRITICAL`;
  return `, the oldest received ${formatTime(oldestReceivedAt)}, ${criticalText}`;
}

/** Whether counting stopped before it found one. */
function isNoneYet({ matched, atLeast }: MatchCount): boolean {
  return matched === 0 && atLeast === true;
}

/** Whether a bulk resend is of missing alerts, not of deliveries that have ended. */
export function isOfMissing(statuses: readonly string[]): boolean {
  return statuses.includes(MISSING);
}

function destinationText({ destinationId }: BulkResend, names: ReadonlyMap<string, string>): string {
  return destinationId === null ? 'all' : (names.get(destinationId) ?? destinationId);
}

/**
 * Bulk resends as a table.
 *
 * @param names of destinations, by id
 */
export function resendTable(
  resends: readonly BulkResend[],
  names: ReadonlyMap<string, string>,
  colors: Colors,
  width: number,
): string[] {
  return renderTable({
    columns: [
      { head: 'ID' },
      { head: 'STATE' },
      { head: 'RESENT', align: 'right' },
      { head: 'SKIPPED', align: 'right' },
      { head: 'OF', align: 'right' },
      { head: 'STATUS' },
      { head: 'DESTINATION', flexible: true },
      { head: 'RECEIVED SINCE' },
      { head: 'UNTIL' },
      { head: 'REQUESTED AT' },
    ],
    rows: resends.map((resend) => [
      resend.id,
      stateCell(resend, colors),
      formatCount(resend.resent),
      formatCount(resend.skipped),
      matchedText(resend),
      resend.status.join(','),
      destinationText(resend, names),
      formatTime(resend.since),
      formatTime(resend.until),
      formatTime(resend.createdAt),
    ]),
    width,
    paintHead: colors.bold,
  });
}

/** One bulk resend in full. */
export function resendPage(
  resend: BulkResendProgress,
  names: ReadonlyMap<string, string>,
  colors: Colors,
): string[] {
  return renderFields(
    [
      ['Id', resend.id],
      ['State', stateCell(resend, colors)],
      ['Destination', destinationText(resend, names)],
      ['Status', resend.status.join(', ')],
      ['Severity', resend.severities?.join(', ') ?? null],
      ['Error', resend.errorCodes?.join(', ') ?? null],
      ['Received', `from ${formatTime(resend.since)} until ${formatTime(resend.until)}`],
      ['Matched', matchedText(resend)],
      ['Resent', formatCount(resend.resent)],
      ['Skipped', formatCount(resend.skipped)],
      ['Succeeded', formatCount(resend.outcome.succeeded)],
      ['Still open', formatCount(resend.outcome.open)],
      ['Failed', formatCount(resend.outcome.failed)],
      ['Requested by', resend.createdBy],
      ['Requested at', formatTime(resend.createdAt)],
      ['Updated', formatTime(resend.updatedAt)],
    ],
    colors.dim,
  );
}

/** `1,230 succeeded, 3 still open, 1 failed`, and where to see what is open. */
function outcomeLines({ id, resent, outcome }: BulkResendProgress, colors: Colors): string[] {
  if (resent === 0) return [];
  const { succeeded, open, failed } = outcome;
  const paint = failed > 0 ? colors.red : String;
  return [
    `${formatCount(succeeded)} succeeded, ${formatCount(open)} still open, ${paint(`${formatCount(failed)} failed`)}`,
    ...(open > 0 ? [`  tocsin resends show ${printable(id)}    what becomes of the open ones`] : []),
  ];
}

/** The result of a bulk resend that has ended, in a few lines. */
export function resendSummary(resend: BulkResendProgress, colors: Colors): string[] {
  const head =
    resend.state === 'cancelled'
      ? `${colors.yellow('cancelled')} after ${formatCount(resend.resent)} of ${deliveriesText(resend)}`
      : `${colors.green('resent')} ${formatCount(resend.resent)} of ${deliveriesText(resend)}`;
  const outcome = outcomeLines(resend, colors);
  if (resend.skipped === 0) return [head, ...outcome];
  return [
    head,
    `${formatCount(resend.skipped)} skipped: sent again by somebody else since, or to a destination that is disabled or deleted`,
    ...outcome,
  ];
}

/** How to see and stop a bulk resend that goes on by itself. */
export function resendHints(id: string): string[] {
  return [
    `  tocsin resends show ${printable(id)}    how far it is`,
    `  tocsin resends cancel ${printable(id)}  stops it`,
  ];
}
