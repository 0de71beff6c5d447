import { testDestination } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { testResultLines } from '../output/destination-view.ts';
import { createPrinter } from '../output/printer.ts';
import { destinationIdOf } from '../remote/destinations.ts';

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
