import { rotateSecret } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { formatTime } from '../output/format-time.ts';
import { createPrinter } from '../output/printer.ts';
import { destinationIdOf } from '../remote/destinations.ts';

interface Options extends RemoteOptions {
  secret?: string;
}

async function rotate(idOrName: string, options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const id = await destinationIdOf(client, idOrName);
  const body = options.secret === undefined ? {} : { signingSecret: options.secret };
  const result = await client.call(rotateSecret, { params: { id }, body });
  await printer.printJson(result);
  const until = result.previousSignsUntil;
  await printer.print(
    `Signing secret, shown only now: ${printer.colors.bold(result.signingSecret)}`,
    ...(until === null ? [] : [`The previous secret also signs until ${formatTime(until)}.`]),
  );
}

/** `tocsin destinations rotate-secret DESTINATION` */
export function rotateSecretCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'rotate-secret')
    .description('sign with a new secret; the old one also signs for 24 hours')
    .argument('<destination>', 'id or display name')
    .option('--secret <whsec>', 'use this one instead of a new one')
    .action((idOrName: string, options: Options) => rotate(idOrName, options, context));
}
