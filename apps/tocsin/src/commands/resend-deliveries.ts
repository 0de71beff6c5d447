import { ApiError, type Client } from '@tocsin/client';
import {
  type DeliverySummary,
  FAILURE_CODES,
  RESENT_STATUSES,
  resendAlert,
  resendDelivery,
  SEVERITIES,
} from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-codes.ts';
import { collect, listOf } from '../options/parse-list.ts';
import { momentBefore } from '../options/parse-moment.ts';
import { describeFailure, type Failure } from '../output/failure.ts';
import { printable } from '../output/printable.ts';
import { createPrinter, type Printer } from '../output/printer.ts';
import { destinationIdOf } from '../remote/destinations.ts';
import { type ResendManyOptions, resendMany } from '../resend/resend-many.ts';
import { UsageError } from '../usage-error.ts';

interface Options extends ResendManyOptions {
  alert?: string;
  to?: string[];
}

interface Refusal {
  /** Of the delivery; of the alert, where an alert was to be resent. */
  id: string;
  error: Failure;
}

interface Resent {
  deliveries: DeliverySummary[];
  refused: Refusal[];
}

const HELP = `
A delivery that succeeded, failed or was cancelled begins a new round with retries of its own; what was tried before
stays in the history. One that waits for its retry is made due now instead, in the same round. Refused are one whose
attempt is under way, and one to a destination that is disabled or deleted.

  tocsin deliveries resend 5f8c…                          these deliveries
  tocsin deliveries resend --alert A-17                   the failed ones of an alert
  tocsin deliveries resend --alert A-17 --to "On-call"    an alert to this destination, sent there before or not
  tocsin deliveries resend --since 24h                    failed deliveries of alerts received since then
  tocsin deliveries resend --since 24h --error timeout,dns --severity critical,high
  tocsin deliveries resend --since 7d --until 2d --destination "On-call" --status failed,cancelled --dry-run
  tocsin deliveries resend --since 7d --destination "On-call" --status missing     alerts that it lacks

With --status missing, those alerts are sent that today's routing would send to the destination and that have no delivery
to it: what was skipped while it was disabled, or came before it was created. They go out at a limited rate, behind fresh
alerts; to a paused destination, none until it is resumed.

With --since, in bulk, it counts first, asks whether to go on, and waits until all are sent again, then up to 10 s more
for their outcomes; it prints how many succeeded, are still open, and failed. Ctrl-C ends only the waiting;
\`tocsin resends\` shows and cancels the resend, which goes on. Deliveries that somebody else resent in the meantime,
and those to a destination that is disabled or deleted, are skipped.
${EXIT_CODES_HELP}`;

/** Refusals that concern one delivery or alert only; anything else ends the command. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && [400, 404, 409].includes(error.status);
}

/** Collects the deliveries that a call resent, or why it was refused. */
async function attempt(resent: Resent, id: string, call: () => Promise<DeliverySummary[]>): Promise<void> {
  try {
    resent.deliveries.push(...(await call()));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    resent.refused.push({ id, error: describeFailure(error) });
  }
}

async function resendEach(client: Client, ids: readonly string[]): Promise<Resent> {
  const resent: Resent = { deliveries: [], refused: [] };
  for (const id of ids) {
    await attempt(resent, id, async () => [await client.call(resendDelivery, { params: { id } })]);
  }
  return resent;
}

async function resendOfAlert(client: Client, alertId: string, to: readonly string[]): Promise<Resent> {
  const destinationIds = await Promise.all(to.map((idOrName) => destinationIdOf(client, idOrName)));
  const body = destinationIds.length === 0 ? {} : { destinationIds };
  const resent: Resent = { deliveries: [], refused: [] };
  await attempt(resent, alertId, async () => {
    const { deliveries } = await client.call(resendAlert, { params: { alertId }, body });
    return deliveries;
  });
  return resent;
}

/** The error's message, and the fields at fault. */
function refusalText({ message, errors = [] }: Failure): string {
  return [message, ...errors.map((fault) => `${fault.path}: ${fault.message}`)].join(' ');
}

async function printResult({ deliveries, refused }: Resent, printer: Printer): Promise<void> {
  const { colors } = printer;
  await printer.printJson({ deliveries, refused });
  await printer.print(
    ...deliveries.map(
      ({ id, destinationName, round }) =>
        `${colors.green('resending')}  ${id}  to ${printable(destinationName)}, round ${round}`,
    ),
    ...refused.map(
      ({ id, error }) => `${colors.red('refused')}    ${printable(id)}  ${printable(refusalText(error))}`,
    ),
    ...(deliveries.length + refused.length === 0
      ? ['Nothing to resend: the alert has no failed deliveries.']
      : []),
  );
}

/** Whether an option is given that filters deliveries. */
function isByFilter({ destination, status, severity, error, since, until, dryRun }: Options): boolean {
  return [destination, status, severity, error, since, until, dryRun].some((value) => value !== undefined);
}

async function resend(ids: string[], options: Options, context: CommandContext): Promise<void> {
  const { alert, to = [] } = options;
  const chosenBy = [ids.length > 0, alert !== undefined, isByFilter(options)].filter(Boolean);
  if (chosenBy.length !== 1) {
    throw new UsageError('Give either ids of deliveries, or --alert, or --since with other filters.');
  }
  if (alert === undefined && to.length > 0) throw new UsageError('--to needs --alert.');
  if (isByFilter(options)) return resendMany(options, context);
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const resent = alert === undefined ? await resendEach(client, ids) : await resendOfAlert(client, alert, to);
  await printResult(resent, printer);
  context.setExitCode(resent.refused.length > 0 ? EXIT.negative : EXIT.ok);
}

/** `tocsin deliveries resend` */
export function resendDeliveriesCommand(context: CommandContext): Command {
  const moment = momentBefore(context.now);
  return createRemoteCommand(context, 'resend')
    .description('send deliveries again: by id, of an alert, or in bulk')
    .argument('[delivery-ids...]', 'deliveries to send again')
    .option('--alert <alert-id>', "this alert's failed deliveries")
    .option(
      '--to <destination>',
      'with --alert: to this destination (id or display name); may be repeated',
      collect,
    )
    .option('--since <time>', 'received at or after this time, or within this age: 90m, 24h, 7d', moment)
    .option(
      '--until <time>',
      'with --since: received before this time, or older than this age; default: now',
      moment,
    )
    .option(
      '--status <list>',
      `with --since: any of ${RESENT_STATUSES.join(',')}; default: failed. missing stands alone and needs --destination`,
      listOf(RESENT_STATUSES),
    )
    .option(
      '--severity <list>',
      `with --since: of alerts of any of ${SEVERITIES.join(',')}; default: all`,
      listOf(SEVERITIES),
    )
    .option(
      '--error <list>',
      'with --since: whose last attempt failed by any of these codes, such as timeout,dns; default: any',
      listOf(FAILURE_CODES),
    )
    .option('--destination <destination>', 'with --since: to this destination (id or display name)')
    .option('--dry-run', 'with --since: only count')
    .option('-y, --yes', 'with --since: do not ask; without a terminal nothing is asked anyway')
    .addHelpText('after', HELP)
    .action((ids: string[], options: Options) => resend(ids, options, context));
}
