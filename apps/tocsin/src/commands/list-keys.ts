import { listApiKeys } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { keyTable } from '../output/key-view.ts';
import { createPrinter } from '../output/printer.ts';

async function list(options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const keys = await client.call(listApiKeys);
  await printer.printJson(keys);
  await printer.print(...keyTable(keys.items, printer.colors, printer.width));
}

/** `tocsin keys list` */
export function listKeysCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'list')
    .description('list API keys; the keys themselves are not kept')
    .action((options: RemoteOptions) => list(options, context));
}
