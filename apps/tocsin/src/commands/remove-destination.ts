import { deleteDestination } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { confirm } from '../input/confirm.ts';
import { printable } from '../output/printable.ts';
import { createPrinter } from '../output/printer.ts';
import { findDestinationByIdOrName } from '../remote/destinations.ts';

interface Options extends RemoteOptions {
  yes?: boolean;
}

async function remove(idOrName: string, options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const { id, displayName } = await findDestinationByIdOrName(client, idOrName);
  const name = printable(displayName);
  if (!(await confirm(`Delete "${name}" and cancel what is still due there?`, options.yes, context))) {
    await printer.printJson({ id, displayName, deleted: false });
    context.setExitCode(EXIT.failed);
    return;
  }
  await client.call(deleteDestination, { params: { id } });
  await printer.printJson({ id, displayName, deleted: true });
  await printer.print(`${printer.colors.green('deleted')} ${name} (${id})`);
}

/** `tocsin destinations rm DESTINATION` */
export function removeDestinationCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'rm')
    .description('delete a destination; what is still due there is cancelled, its history stays')
    .argument('<destination>', 'id or display name')
    .option('-y, --yes', 'do not ask; without a terminal nothing is asked anyway')
    .action((idOrName: string, options: Options) => remove(idOrName, options, context));
}
