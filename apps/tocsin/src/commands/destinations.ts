import { HEALTH_STATES, type HealthState, testDestination } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { listOf } from '../options/parse-list.ts';
import { destinationPage, destinationTable, testResultLines } from '../output/destination-view.ts';
import { collectPages, printJsonList } from '../output/json-list.ts';
import { createPrinter } from '../output/printer.ts';
import { destinationIdOf, destinationPages, findDestinationByIdOrName } from '../remote/destinations.ts';

interface ListOptions extends RemoteOptions {
  query?: string;
  health?: HealthState[];
}

async function list({ query, health, ...options }: ListOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const filters = {
    ...(query === undefined ? {} : { q: query }),
    ...(health === undefined ? {} : { health }),
  };
  const pages = destinationPages(await connect(context, options), filters);
  if (printer.json) return printJsonList(printer, pages);
  const { items } = await collectPages(pages);
  if (items.length === 0) {
    const isFiltered = Object.keys(filters).length > 0;
    await printer.note(
      isFiltered ? 'No destination matches.' : 'No destinations yet; `tocsin destinations add` adds one.',
    );
    return;
  }
  await printer.print(...destinationTable(items, printer.colors, printer.width));
}

/** `tocsin destinations list` */
export function listDestinationsCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'list')
    .description('list destinations by name')
    .option('-q, --query <text>', 'only with this in their name or id')
    .option('--health <states>', `only these: ${HEALTH_STATES.join(', ')}`, listOf(HEALTH_STATES))
    .action((options: ListOptions) => list(options, context));
}

async function show(idOrName: string, options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const destination = await findDestinationByIdOrName(await connect(context, options), idOrName);
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

async function test(idOrName: string, options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const id = await destinationIdOf(client, idOrName);
  const result = await client.call(testDestination, { params: { id } });
  await printer.printJson(result);
  await printer.print(...testResultLines(result, printer.colors));
  context.setExitCode(result.success ? EXIT.ok : EXIT.negative);
}

/** `tocsin destinations test DESTINATION` */
export function testDestinationCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'test')
    .description('send a test alert and show what it is answered; exit code 2 where that is no success')
    .argument('<destination>', 'id or display name')
    .action((idOrName: string, options: RemoteOptions) => test(idOrName, options, context));
}
