import type { BulkResend, BulkResendProgress, MatchCount } from '@tocsin/contract';
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

/** `1 delivery`, `1,234 failed or cancelled deliveries`. */
export function deliveriesText(count: MatchCount, statuses: readonly string[] = []): string {
  const noun = count.matched === 1 ? 'delivery' : 'deliveries';
  return [matchedText(count), ...(statuses.length === 0 ? [] : [statuses.join(' or ')]), noun].join(' ');
}

/** `, the oldest received 2026-07-01 08:00:00Z, 3 CRITICAL`, where missing alerts were counted. */
export function oldestText({ oldestReceivedAt, critical = 0 }: MatchCount): string {
  if (oldestReceivedAt == null) return '';
  return `, the oldest received ${formatTime(oldestReceivedAt)}, ${formatCount(critical)} CRITICAL`;
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
      { head: 'PASSED OVER', align: 'right' },
      { head: 'OF', align: 'right' },
      { head: 'STATUS' },
      { head: 'DESTINATION', flexible: true },
      { head: 'RECEIVED SINCE' },
      { head: 'UNTIL' },
      { head: 'ASKED AT' },
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
