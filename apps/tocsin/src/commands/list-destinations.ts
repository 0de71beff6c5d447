import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { destinationTable } from '../output/destination-view.ts';
import { collectPages, printJsonList } from '../output/json-list.ts';
import { createPrinter } from '../output/printer.ts';
import { destinationPages } from '../remote/destinations.ts';

async function list(options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const pages = destinationPages(await connect(context, options));
  if (printer.json) return printJsonList(printer, pages);
  const { items } = await collectPages(pages);
  if (items.length === 0) {
    await printer.note('No destinations yet; `tocsin destinations add` adds one.');
    return;
  }
  await printer.print(...destinationTable(items, printer.colors, printer.width));
}

/** `tocsin destinations list` */
export function listDestinationsCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'list')
    .description('list all destinations by name')
    .action((options: RemoteOptions) => list(options, context));
}
