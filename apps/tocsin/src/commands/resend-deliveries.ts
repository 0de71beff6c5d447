import { ApiError, type Client } from '@tocsin/client';
import { type DeliveryView, resendAlert, resendDelivery } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-codes.ts';
import { collect } from '../options/parse-list.ts';
import { describeFailure, type Failure } from '../output/failure.ts';
import { printable } from '../output/printable.ts';
import { createPrinter, type Printer } from '../output/printer.ts';
import { destinationIdOf } from '../remote/destinations.ts';
import { UsageError } from '../usage-error.ts';

interface Options extends RemoteOptions {
  alert?: string;
  to?: string[];
}

interface Refusal {
  id: string;
  error: Failure;
}

const HELP = `
A resend is a new round with retries of its own; what was tried before stays in the history. Only deliveries that
succeeded, failed or were cancelled can be resent.

  tocsin deliveries resend 5f8c…                          these deliveries
  tocsin deliveries resend --alert A-17                   the failed ones of an alert
  tocsin deliveries resend --alert A-17 --to "On-call"    an alert to this destination, wherever it had gone
${EXIT_CODES_HELP}`;

/** Refusals that concern one delivery only; anything else ends the command. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && [400, 404, 409].includes(error.status);
}

async function resendEach(client: Client, ids: readonly string[]) {
  const deliveries: DeliveryView[] = [];
  const refused: Refusal[] = [];
  for (const id of ids) {
    try {
      deliveries.push(await client.call(resendDelivery, { params: { id } }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused.push({ id, error: describeFailure(error) });
    }
  }
  return { deliveries, refused };
}

async function resendOfAlert(client: Client, alertId: string, to: readonly string[]) {
  const destinationIds = await Promise.all(to.map((idOrName) => destinationIdOf(client, idOrName)));
  const body = destinationIds.length === 0 ? {} : { destinationIds };
  const { deliveries } = await client.call(resendAlert, { params: { alertId }, body });
  return { deliveries, refused: [] as Refusal[] };
}

async function printResult(
  deliveries: readonly DeliveryView[],
  refused: readonly Refusal[],
  printer: Printer,
) {
  const { colors } = printer;
  await printer.printJson({ deliveries, refused });
  await printer.print(
    ...deliveries.map(
      ({ id, destinationName, round }) =>
        `${colors.green('resending')}  ${id}  to ${printable(destinationName)}, round ${round}`,
    ),
    ...refused.map(
      ({ id, error }) => `${colors.red('refused')}    ${printable(id)}  ${printable(error.message)}`,
    ),
    ...(deliveries.length + refused.length === 0
      ? ['Nothing to resend: the alert has no failed deliveries.']
      : []),
  );
}

async function resend(ids: string[], options: Options, context: CommandContext): Promise<void> {
  const { alert, to = [] } = options;
  if ((alert === undefined) === (ids.length === 0)) {
    throw new UsageError('Give either ids of deliveries, or --alert.');
  }
  if (alert === undefined && to.length > 0) throw new UsageError('--to needs --alert.');
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const { deliveries, refused } =
    alert === undefined ? await resendEach(client, ids) : await resendOfAlert(client, alert, to);
  await printResult(deliveries, refused, printer);
  context.setExitCode(refused.length > 0 ? EXIT.negative : EXIT.ok);
}

/** `tocsin deliveries resend` */
export function resendDeliveriesCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'resend')
    .description('send again')
    .argument('[delivery-ids...]', 'deliveries to send again')
    .option('--alert <alert-id>', "this alert's failed deliveries")
    .option(
      '--to <destination>',
      'with --alert: to this destination (id or display name); may be repeated',
      collect,
    )
    .addHelpText('after', HELP)
    .action((ids: string[], options: Options) => resend(ids, options, context));
}
