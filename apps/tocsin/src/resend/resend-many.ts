import { randomUUID } from 'node:crypto';
import type { Client } from '@tocsin/client';
import { type BulkResend, createResend, type MatchCount } from '@tocsin/contract';
import type { RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { confirm } from '../input/confirm.ts';
import { failureText } from '../output/failure.ts';
import { formatDuration, formatTime } from '../output/format-time.ts';
import { printable } from '../output/printable.ts';
import { createPrinter, type Printer } from '../output/printer.ts';
import {
  countRemarks,
  deliveriesText,
  isOfMissing,
  resendHints,
  resendSummary,
} from '../output/resend-view.ts';
import { destinationIdOf, isPaused } from '../remote/destinations.ts';
import { UsageError } from '../usage-error.ts';
import { type FollowEnd, followResend } from './follow-resend.ts';
import { createResendProgress } from './resend-progress.ts';

export interface ResendManyOptions extends RemoteOptions {
  destination?: string;
  status?: BulkResend['status'];
  severity?: NonNullable<BulkResend['severities']>;
  error?: NonNullable<BulkResend['errorCodes']>;
  since?: string;
  until?: string;
  dryRun?: boolean;
  yes?: boolean;
}

interface Filter {
  destinationId?: string;
  status: BulkResend['status'];
  severities?: NonNullable<BulkResend['severities']>;
  errorCodes?: NonNullable<BulkResend['errorCodes']>;
  since: string;
  until: string;
}

async function filterOf(
  client: Client,
  options: ResendManyOptions,
  context: CommandContext,
): Promise<Filter> {
  const { destination, since, status = ['failed'], until = context.now().toISOString() } = options;
  if (since === undefined)
    throw new UsageError('--since is needed: from when on, or how long ago, such as 24h.');
  const where =
    destination === undefined ? {} : { destinationId: await destinationIdOf(client, destination) };
  const { severity: severities, error: errorCodes } = options;
  return {
    ...where,
    status,
    ...(severities && { severities }),
    ...(errorCodes && { errorCodes }),
    since,
    until,
  };
}

/** `1,234 failed deliveries to "On-call" of CRITICAL alerts, failed by timeout, received from … until …`; of missing ones, also the oldest. */
function describe(
  count: MatchCount,
  { status, severities, errorCodes, since, until }: Filter,
  destination: string | undefined,
): string {
  const to = destination === undefined ? '' : ` to "${printable(destination)}"`;
  const of =
    severities === undefined
      ? ''
      : ` of ${severities.join(' or ')} ${isOfMissing(status) ? 'severity' : 'alerts'}`;
  const by = errorCodes === undefined ? '' : `, failed by ${errorCodes.join(' or ')}`;
  return `${deliveriesText(count, status)}${to}${of}${by}, received from ${formatTime(since)} until ${formatTime(until)}${countRemarks(count, status)}`;
}

function exitCodeOf(end: FollowEnd): ExitCode {
  if (end.kind === 'interrupted') return EXIT.interrupted;
  if (end.kind === 'lost') return EXIT.failed;
  const { state, skipped, outcome } = end.resend;
  return state === 'done' && skipped === 0 && outcome.failed === 0 ? EXIT.ok : EXIT.negative;
}

/** Requests it and follows it, with a progress bar. */
async function run(
  client: Client,
  ask: Filter & { id: string },
  count: MatchCount,
  context: CommandContext,
): Promise<FollowEnd> {
  const interruption = context.catchSignals();
  const progress = createResendProgress(context.stderr, count);
  return followResend(
    { ...ask, dryRun: false },
    {
      client,
      interruption,
      onProgress: progress.update,
      onWait: ({ error, afterMs }) => progress.remark(`waiting ${formatDuration(afterMs)}: ${error.message}`),
    },
  ).finally(() => {
    progress.stop();
    interruption.release();
  });
}

async function printEnd(
  end: FollowEnd,
  asked: { id: string } & MatchCount,
  printer: Printer,
  context: CommandContext,
): Promise<void> {
  await printer.printJson(end.resend ?? asked);
  if (end.kind === 'lost') context.stderr.write(failureText(end.error, printer.json));
  if (printer.json) return;
  if (end.kind === 'ended') return printer.print(...resendSummary(end.resend, printer.colors));
  const fate =
    end.resend === null ? 'It may have begun, and then goes on' : 'It goes on without this command';
  await printer.note(
    ...(end.kind === 'interrupted' ? ['tocsin: interrupted'] : []),
    `${fate}:`,
    ...resendHints(end.resend?.id ?? asked.id),
  );
}

/**
 * Resends by destination, state, severity, error and time: counts, asks whether to go on, and follows it to its end.
 */
export async function resendMany(options: ResendManyOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const filter = await filterOf(client, options, context);
  if (filter.destinationId !== undefined && (await isPaused(client, filter.destinationId)))
    await printer.note('The destination is paused: nothing is sent until it is resumed.');
  const counted = await client.call(createResend, { body: { ...filter, dryRun: true } });
  const { id: _, ...count } = counted;
  const what = describe(count, filter, options.destination);
  // If counting stopped at its limit, there may be more.
  const isNone = count.matched === 0 && count.atLeast !== true;
  if (isNone || options.dryRun === true) {
    await printer.printJson(counted);
    await printer.print(isNone ? `Nothing to resend: ${what}.` : `${what} would be resent`);
    return;
  }
  if (!(await confirm(`Resend ${what}?`, options.yes, context))) {
    await printer.printJson(counted);
    context.setExitCode(EXIT.failed);
    return;
  }
  const ask = { ...filter, id: randomUUID() };
  const end = await run(client, ask, count, context);
  await printEnd(end, { id: ask.id, ...count }, printer, context);
  context.setExitCode(exitCodeOf(end));
}
