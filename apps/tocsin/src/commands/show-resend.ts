import { getResend } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { createPrinter } from '../output/printer.ts';
import { resendPage } from '../output/resend-view.ts';
import { destinationNames } from '../remote/destinations.ts';

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
