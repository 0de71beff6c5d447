import { type ChangedDestination, updateDestination } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { printable } from '../output/printable.ts';
import { createPrinter } from '../output/printer.ts';
import { destinationIdOf } from '../remote/destinations.ts';

/** One after another, and each is printed once it is done: after a failure, what was printed stays changed. */
async function setPaused(
  namesOrIds: string[],
  paused: boolean,
  options: RemoteOptions,
  context: CommandContext,
): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const items: ChangedDestination[] = [];
  const done = printer.colors.green(paused ? 'paused' : 'resumed');
  try {
    for (const idOrName of namesOrIds) {
      const id = await destinationIdOf(client, idOrName);
      const changed = await client.call(updateDestination, { params: { id }, body: { paused } });
      items.push(changed);
      await printer.print(
        `${done} ${printable('displayName' in changed ? changed.displayName : id)} (${id})`,
      );
    }
  } finally {
    if (items.length > 0) await printer.printJson({ items });
  }
}

const command = (context: CommandContext, name: 'pause' | 'resume', description: string): Command =>
  createRemoteCommand(context, name)
    .description(description)
    .argument('<destination...>', 'ids or display names')
    .action((namesOrIds: string[], options: RemoteOptions) =>
      setPaused(namesOrIds, name === 'pause', options, context),
    );

/** `tocsin destinations pause DESTINATION...` */
export function pauseDestinationCommand(context: CommandContext): Command {
  return command(
    context,
    'pause',
    'let the deliveries of destinations wait; alerts go on being routed to them',
  );
}

/** `tocsin destinations resume DESTINATION...` */
export function resumeDestinationCommand(context: CommandContext): Command {
  return command(context, 'resume', 'deliver what waits for paused destinations, and all that follows');
}
