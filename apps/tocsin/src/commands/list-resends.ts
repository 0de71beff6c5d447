import { listResends } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { createPrinter } from '../output/printer.ts';
import { resendTable } from '../output/resend-view.ts';
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
