import { cancelResend, getResend, listResends } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { createPrinter } from '../output/printer.ts';
import { resendPage, resendSummary, resendTable } from '../output/resend-view.ts';
import { destinationNames } from '../remote/destinations.ts';

async function list(options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const resends = await client.call(listResends);
  if (printer.json) return printer.printJson(resends);
  if (resends.items.length === 0) {
    await printer.note('No bulk resends; `tocsin deliveries resend --since 24h` makes one.');
    return;
  }
  const names = await destinationNames(client);
  await printer.print(...resendTable(resends.items, names, printer.colors, printer.width));
}

/** `tocsin resends list` */
export function listResendsCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'list')
    .description('list the latest bulk resends, newest first')
    .action((options: RemoteOptions) => list(options, context));
}

async function show(id: string, options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const resend = await client.call(getResend, { params: { id } });
  if (printer.json) return printer.printJson(resend);
  const names = resend.destinationId === null ? new Map<string, string>() : await destinationNames(client);
  await printer.print(...resendPage(resend, names, printer.colors));
}

/** `tocsin resends show ID` */
export function showResendCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'show')
    .description('show how far a bulk resend is')
    .argument('<id>', 'its id')
    .action((id: string, options: RemoteOptions) => show(id, options, context));
}

async function cancel(id: string, options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  await client.call(cancelResend, { params: { id } });
  const resend = await client.call(getResend, { params: { id } });
  await printer.printJson(resend);
  if (resend.state === 'done' && !printer.json) await printer.note('It was done before.');
  await printer.print(...resendSummary(resend, printer.colors));
}

/** `tocsin resends cancel ID` */
export function cancelResendCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'cancel')
    .description('stop a bulk resend; what was sent again by then stays so')
    .argument('<id>', 'its id')
    .action((id: string, options: RemoteOptions) => cancel(id, options, context));
}
