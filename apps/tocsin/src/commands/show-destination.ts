import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { destinationPage } from '../output/destination-view.ts';
import { createPrinter } from '../output/printer.ts';
import { findDestination } from '../remote/destinations.ts';

async function show(idOrName: string, options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const destination = await findDestination(await connect(context, options), idOrName);
  await printer.printJson(destination);
  await printer.print(...destinationPage(destination, printer.colors));
}

/** `tocsin destinations show DESTINATION` */
export function showDestinationCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'show')
    .description('show a destination with its settings and health')
    .argument('<destination>', 'id or display name')
    .action((idOrName: string, options: RemoteOptions) => show(idOrName, options, context));
}
